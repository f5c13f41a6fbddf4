import { dataIdentities, type DataIdentity } from './roles.ts';
import { blobContainers, blobRoleAssignments, blobRoleDefinitions } from './roles-of-blobs.ts';
import { serviceNames } from './services.ts';

/** The last words of the actions that an identity has at a container of blobs. */
const rights = (identity: DataIdentity, container: string): readonly string[] =>
  blobRoleAssignments({ [identity]: 'me' })
    .filter((assignment) => assignment.container === container)
    .flatMap(({ roleDefinitionId }) => blobRoleDefinitions.filter(({ id }) => id === roleDefinitionId))
    .flatMap(({ permissions }) => permissions.flatMap(({ actions, dataActions }) => [...actions, ...dataActions]))
    .map((action) => action.replace(/^.*\/blobs\//, ''))
    .sort();
const may = (right: string, container: string): readonly string[] =>
  dataIdentities.filter((identity) => rights(identity, container).includes(right));

describe('roles of Blob storage', () => {
  it('have ids of their own and no wildcards, and nobody may delete, move or tag anything, or change a container', () => {
    expect(new Set(blobRoleDefinitions.map(({ id }) => id)).size).toBe(blobRoleDefinitions.length);
    const actions = new Set(
      dataIdentities.flatMap((identity) => blobContainers.flatMap((name) => rights(identity, name))),
    );
    expect([...actions].sort()).toEqual(['add/action', 'read', 'write']);
  });

  it('let the archiver alone add to the archive, nobody overwrite what is there, and serviceNames and operators read it', () => {
    expect(may('add/action', 'archive')).toEqual(['archiver']);
    expect(may('write', 'archive')).toEqual([]);
    expect(may('read', 'archive')).toEqual([...dataIdentities]);
    expect(rights('archiver', 'anchors')).toEqual([]);
  });

  it('let nobody who can write or delete events add an anchor, and nobody overwrite one', () => {
    expect(may('add/action', 'anchors')).toEqual(['operator']);
    expect(may('write', 'anchors')).toEqual([]);
    for (const service of serviceNames) expect(rights(service, 'anchors')).toEqual([]);
  });

  it('let serviceNames alone keep checkpoints', () => {
    expect(may('write', 'checkpoints')).toEqual(serviceNames);
  });

  it('give nothing to who is left out', () => {
    expect(blobRoleAssignments({})).toEqual([]);
    expect(new Set(blobRoleAssignments({ order: 'a' }).map(({ principalId }) => principalId))).toEqual(new Set(['a']));
  });
});
