import { EMULATOR_KEY } from '../protocol/authorization.ts';
import { signDevToken } from './dev-token.ts';
import { parseRoles } from './parse-roles.ts';
import { createGrants } from './roles.ts';
import { verifyToken } from './verify-token.ts';

const nowMs = 1_700_000_000_000;
const check = { key: EMULATOR_KEY, origin: 'https://account.invalid/', nowMs };
const sign = (audience = 'https://account.invalid'): string => signDevToken({ oid: 'me', audience, now: () => nowMs });
const refused = (token: string): unknown => {
  try {
    return verifyToken(token, check);
  } catch (error) {
    return (error as { substatus: number }).substatus;
  }
};

describe('tokens', () => {
  it('are good for the account they are for, and for every account', () => {
    expect(verifyToken(sign(), check)).toBe('me');
    expect(verifyToken(sign('https://cosmos.azure.com'), check)).toBe('me');
    expect(refused(sign('https://other.invalid'))).toBe(5008);
  });

  it('are refused when they are unsigned, changed or no tokens', () => {
    const [header = '', payload = '', signature = ''] = sign().split('.');
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    expect(refused(`${encode({ alg: 'none' })}.${payload}.`)).toBe(5004);
    expect(refused(`${header}.${payload}.`)).toBe(5004);
    expect(refused(`${header}.${encode({ ...claims, oid: 'somebody else' })}.${signature}`)).toBe(5004);
    expect(refused('x.y.z')).toBe(5003);
    expect(refused('nothing')).toBe(5003);
  });
});

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
