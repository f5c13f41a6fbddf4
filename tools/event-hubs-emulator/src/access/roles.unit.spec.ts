import { createRights, parseRoles } from './roles.ts';

const assignment = (change: object = {}): string =>
  JSON.stringify({
    roleAssignments: [
      {
        roleDefinitionId: '2b629674-e913-4c01-ae53-ef4638d8f975',
        principalId: 'me',
        scope: '/eventhubs/orders',
        ...change,
      },
    ],
  });

describe('roles of identities', () => {
  it('are read from JSON', () => {
    const rights = createRights(parseRoles(assignment()));
    expect(rights.has('me', 'Send', { hub: 'orders' })).toBe(true);
    expect(rights.has('me', 'Listen', { hub: 'orders' })).toBe(false);
    expect(rights.has('me', 'Send', { hub: 'orders-2' })).toBe(false);
  });

  it.each<[string, string]>([
    ['are not JSON', '{'],
    ['roleAssignments must be an array', '{}'],
    ['principalId of a role assignment must be a text', assignment({ principalId: 1 })],
    ['is no role for events. There are', assignment({ roleDefinitionId: '00000000-0000-0000-0000-000000000002' })],
    ['is not a scope', assignment({ scope: '/hubs/orders' })],
    ['is not a scope', assignment({ scope: '/eventhubs/orders/partitions/0' })],
  ])('are refused with what is wrong: %s', (message, json) => {
    expect(() => createRights(parseRoles(json))).toThrow(message);
  });
});
