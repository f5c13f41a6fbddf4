import { commonEndpoints, endpoints } from '@daybook/contracts';
import { declaredEndpoints } from '@daybook/service-kit/testing';
import { orderRoutes, type OrderRoutes } from './routes.ts';

it('the endpoints are those that the contracts name, so that everybody knows who may use them', () => {
  const named = endpoints.order.filter((endpoint) => !commonEndpoints.includes(endpoint));
  // Nothing is asked of what the routes stand on while they are declared.
  expect(declaredEndpoints(orderRoutes({} as OrderRoutes))).toEqual(
    named.map(({ method, path }) => `${method} ${path}`).sort(),
  );
});
