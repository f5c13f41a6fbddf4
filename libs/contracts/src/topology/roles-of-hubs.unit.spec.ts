import { namedPrincipals } from './roles.ts';
import { hubGrants, hubRoleAssignments, type HubRight } from './roles-of-hubs.ts';
import { participants, publishers } from './services.ts';
import { hubs } from './topology.ts';

const who = (right: HubRight, hub: string): readonly string[] =>
  hubGrants.filter((grant) => grant.right === right && grant.hub === hub).map(({ identity }) => identity);

describe('roles at the hubs', () => {
  it('let the orchestrator alone ask a service for something, and the service alone take it', () => {
    for (const service of participants) {
      expect(who('send', `${service}-commands`)).toEqual(['fulfilment']);
      expect(who('receive', `${service}-commands`)).toEqual([service, 'operator']);
    }
  });

  it('let the participants alone answer the orchestrator', () => {
    expect(who('send', 'saga-inputs')).toEqual(participants);
    expect(who('receive', 'saga-inputs')).toEqual(['fulfilment', 'operator']);
  });

  it.each(publishers)('let %s alone publish its events', (service) => {
    expect(who('send', `${service}-events`)).toEqual([service]);
  });

  it('let operators read every hub, and send nothing', () => {
    expect(hubGrants.filter(({ identity }) => identity === 'operator').map(({ right }) => right)).toEqual(
      hubs.map(() => 'receive'),
    );
  });

  it('are assigned at one hub each, to who has a principal and to nobody else', () => {
    const all = hubRoleAssignments(namedPrincipals);
    expect(all).toHaveLength(hubGrants.length);
    expect(hubRoleAssignments({ inventory: 'me' })).toEqual([
      {
        roleDefinitionId: '2b629674-e913-4c01-ae53-ef4638d8f975',
        principalId: 'me',
        scope: '/eventhubs/inventory-events',
      },
      { roleDefinitionId: '2b629674-e913-4c01-ae53-ef4638d8f975', principalId: 'me', scope: '/eventhubs/saga-inputs' },
      {
        roleDefinitionId: 'a638d3c7-ab3a-418d-83e6-5f17a39d4fde',
        principalId: 'me',
        scope: '/eventhubs/inventory-commands',
      },
    ]);
    expect(hubRoleAssignments({})).toEqual([]);
  });
});
