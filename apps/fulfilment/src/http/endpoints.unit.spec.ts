import { commonEndpoints, endpoints } from '@daybook/contracts';
import { declaredEndpoints } from '@daybook/service-kit/testing';
import { fulfilmentRoutes, type FulfilmentRoutes } from './routes.ts';

it('the endpoints are those that the contracts name, so that everybody knows who may use them', () => {
  const named = endpoints.fulfilment.filter((endpoint) => !commonEndpoints.includes(endpoint));
  // Nothing is asked of what the routes stand on while they are declared.
  expect(declaredEndpoints(fulfilmentRoutes({} as FulfilmentRoutes))).toEqual(
    named.map(({ method, path }) => `${method} ${path}`).sort(),
  );
});
