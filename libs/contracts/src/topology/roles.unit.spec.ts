import {
  dataIdentities,
  type DataIdentity,
  dataRoleAssignments,
  dataRoleDefinitions,
  namedPrincipals,
} from './roles.ts';
import { serviceNames } from './services.ts';
import { containers, eventsContainer } from './topology.ts';

const scope = (name: string): string => `/dbs/daybook/colls/${name}`;
const within = (outer: string, inner: string): boolean => outer === inner || inner.startsWith(`${outer}/`);

/** The last words of the actions that an identity has at a container. */
const rights = (identity: DataIdentity, name: string): readonly string[] =>
  dataRoleAssignments({ [identity]: 'me' })
    .filter((assignment) => within(assignment.scope, scope(name)))
    .flatMap(({ roleDefinitionId }) => dataRoleDefinitions.filter(({ id }) => id === roleDefinitionId))
    .flatMap(({ permissions }) => permissions.flatMap(({ dataActions }) => dataActions))
    .map((action) => action.split('/').at(-1) ?? '')
    .sort();

const reading = ['executeQuery', 'read', 'readChangeFeed', 'readMetadata'];

describe('roles', () => {
  it('have ids of their own, no wildcards, and are assigned only where they may be', () => {
    expect(new Set(dataRoleDefinitions.map(({ id }) => id)).size).toBe(dataRoleDefinitions.length);
    for (const { permissions } of dataRoleDefinitions) expect(JSON.stringify(permissions)).not.toContain('*');
    for (const assignment of dataRoleAssignments(namedPrincipals)) {
      const definition = dataRoleDefinitions.find(({ id }) => id === assignment.roleDefinitionId);
      expect(definition?.assignableScopes.some((outer) => within(outer, assignment.scope))).toBe(true);
    }
  });

  it.each(serviceNames)('let %s create and read its events, and nothing else with them', (service) => {
    expect(rights(service, eventsContainer[service])).toEqual(['create', ...reading]);
  });

  it.each(serviceNames)('let %s keep its own state, and touch nothing of the others', (service) => {
    for (const { name, purpose, service: owner } of containers) {
      if (owner !== service) expect(rights(service, name)).toEqual([]);
      else if (purpose === 'audit' || purpose === 'answers')
        expect(rights(service, name)).toEqual(['create', ...reading]);
      else if (purpose === 'subject-keys')
        expect(rights(service, name)).toEqual(['create', 'read', 'readMetadata', 'replace']);
      else if (purpose !== 'events')
        expect(rights(service, name)).toEqual(expect.arrayContaining(['delete', 'upsert']));
    }
  });

  it('let nobody change an event, and the archiver alone delete one', () => {
    const may = (right: string): readonly string[] =>
      dataIdentities.filter((identity) =>
        Object.values(eventsContainer).some((name) => rights(identity, name).includes(right)),
      );
    expect([may('replace'), may('upsert'), may('delete')]).toEqual([[], [], ['archiver']]);
  });

  it('let operators read everything and change nothing', () => {
    for (const { name } of containers) expect(rights('operator', name)).toEqual(reading);
  });

  it('give nothing to who is left out', () => {
    expect(dataRoleAssignments({})).toEqual([]);
  });
});
