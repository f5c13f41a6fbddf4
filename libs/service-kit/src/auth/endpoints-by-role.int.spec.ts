import { callerRoles, endpoints, scopes, type ServiceName } from '@daybook/contracts';
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

  it.each(endpoints[service].map(({ method, path, roles, scope }) => [method, path, roles, scope] as const))(
    '%s %s is for %j, and with a scope for %s',
    async (method, path, roles, scope) => {
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
      // A program that speaks for a person: one scope opens it, all others together do not, and no scope opens what the role does not.
      const others = scopes.filter((other) => other !== scope);
      for (const role of callerRoles) {
        const [held, lacking] = roles.includes(role) ? ['let-in', 'scope-missing'] : ['role-missing', 'role-missing'];
        expect([role, await said(as(role, 'ann', [scope]))]).toEqual([role, held]);
        expect([role, await said(as(role, 'ann', others))]).toEqual([role, lacking]);
      }
      expect(await said(as('visitor'))).toBe('role-missing');
      expect(await said({})).toBe('token-missing');
      expect(await said({ authorization: 'Bearer rubbish' })).toBe('invalid-token');
    },
  );
});
