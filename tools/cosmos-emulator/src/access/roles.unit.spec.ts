import { parseRoles } from './parse-roles.ts';
import { createGrants } from './roles.ts';

describe('roles', () => {
  const definition = (change: object): string =>
    JSON.stringify({
      roleDefinitions: [
        { id: 'r', roleName: 'r', permissions: [{ dataActions: [] }], assignableScopes: ['/dbs/a'], ...change },
      ],
      roleAssignments: [{ roleDefinitionId: 'r', principalId: 'me', scope: '/dbs/a' }],
    });
  const dataActions = ['microsoft.documentdb/databaseaccounts/sqldatabases/containers/items/*'];

  it('are read from JSON, whatever the case of their actions', () => {
    const [grant] = createGrants(parseRoles(definition({ permissions: [{ dataActions }] }))).of('me');
    expect([grant?.scope, grant?.actions.size]).toEqual(['/dbs/a', 5]);
  });

  it.each<[string, object]>([
    ['is not a data action', { permissions: [{ dataActions: ['Microsoft.DocumentDB/*'] }] }],
    ['notDataActions', { permissions: [{ dataActions, notDataActions: dataActions }] }],
    ['assignableScopes', { assignableScopes: ['/dbs/b'] }],
    ['there is no role r', { id: 'other' }],
    ['is not a scope', { assignableScopes: ['/colls/x'] }],
    ['roleName must be a text', { roleName: 1 }],
  ])('are refused where Azure would refuse them: %s', (message, change) => {
    expect(() => createGrants(parseRoles(definition(change)))).toThrow(message);
  });
});
