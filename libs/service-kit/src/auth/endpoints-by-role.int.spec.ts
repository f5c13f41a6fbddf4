import { callerRoles, endpoints, type ServiceName } from '@daybook/contracts';
import { Router } from 'express';
import { as, type Client, serve, withCallers } from '../testing/testing.ts';

/** Every endpoint of every service, by every role, and by nobody. That these are the services' endpoints, each app's specs say. */
describe.each(Object.keys(endpoints) as ServiceName[])('%s', (service) => {
  let client: Client;
  beforeAll(async () => {
    const routes = Router().use((_request, response) => void response.json({ code: 'let-in' }));
    client = await serve(withCallers(routes, endpoints[service]));
  });
  afterAll(() => client.close());

  it.each(endpoints[service].map(({ method, path, roles }) => [method, path, roles] as const))(
    '%s %s is for %j',
    async (method, path, roles) => {
      const url = path.replace(/:\w+/g, 'a1');
      const said = async (headers: Readonly<Record<string, string>>): Promise<unknown> => {
        const replies = {
          GET: () => client.get(url, headers),
          POST: () => client.post(url, {}, headers),
          DELETE: () => client.delete(url, headers),
        };
        return (await replies[method]()).body['code'];
      };
      for (const role of callerRoles) {
        expect([role, await said(as(role))]).toEqual([role, roles.includes(role) ? 'let-in' : 'role-missing']);
      }
      expect(await said(as('visitor'))).toBe('role-missing');
      expect(await said({})).toBe('token-missing');
      expect(await said({ authorization: 'Bearer rubbish' })).toBe('invalid-token');
    },
  );
});
