/**
 * Who may do what with the data, as data: in Azure's own shape, so that the infrastructure code (`sqlRoleDefinitions`,
 * `sqlRoleAssignments`) is made from it and the Cosmos DB emulator checks the same roles. What is not granted is refused: no
 * identity of a service may change or delete an event, or touch what is another service's.
 */

import { serviceNames, type ServiceName } from './services.ts';
import { type ContainerDefinition, containers, databaseName } from './topology.ts';

/** A `sqlRoleDefinitions` resource. */
export interface DataRoleDefinition {
  /** A GUID, the same in every account. */
  readonly id: string;
  readonly roleName: string;
  readonly permissions: readonly { readonly dataActions: readonly string[] }[];
  readonly assignableScopes: readonly string[];
}

/** A `sqlRoleAssignments` resource. */
export interface DataRoleAssignment {
  readonly roleDefinitionId: string;
  /** Object id of the identity in Entra ID. */
  readonly principalId: string;
  readonly scope: string;
}

/**
 * Identities that work with the data: each service's own; the archiver, which alone may delete events; the eraser, which
 * removes what was derived from a person's data; and operators, who only look. Containers are made by the deployment, which
 * needs no role here.
 */
export const dataIdentities: readonly DataIdentity[] = [...serviceNames, 'archiver', 'eraser', 'operator'];

/** One of {@link dataIdentities}. */
export type DataIdentity = ServiceName | 'archiver' | 'eraser' | 'operator';

/** Each identity with its name for its object id, as it is where no Entra ID has given it one: on the emulators. */
export const namedPrincipals = Object.fromEntries(dataIdentities.map((name) => [name, name])) as Readonly<
  Record<DataIdentity, string>
>;

const account = 'Microsoft.DocumentDB/databaseAccounts';
const container = `${account}/sqlDatabases/containers`;
const item = (...names: readonly ('create' | 'read' | 'replace' | 'upsert' | 'delete')[]): readonly string[] =>
  names.map((name) => `${container}/items/${name}`);

/** What every reader needs. Queries of the SDKs ask for the change feed's right as well as for their own. */
const reading = [
  `${account}/readMetadata`,
  `${container}/executeQuery`,
  `${container}/readChangeFeed`,
  ...item('read'),
];

type Purpose = ContainerDefinition['purpose'];
type ServiceRole = 'event-writer' | 'state-keeper' | 'key-keeper';
type RoleName = ServiceRole | 'event-archiver' | 'eraser' | 'reader';

/** The role that a service has at each of its own containers. */
const serviceRole: Readonly<Record<Purpose, ServiceRole>> = {
  events: 'event-writer',
  snapshots: 'state-keeper',
  'read-models': 'state-keeper',
  totals: 'state-keeper',
  leases: 'state-keeper',
  'dead-letters': 'state-keeper',
  outbox: 'state-keeper',
  timers: 'state-keeper',
  // Kept once and not changed: it ends by itself.
  answers: 'event-writer',
  audit: 'event-writer',
  'subject-keys': 'key-keeper',
};

const scopeOf = ({ name }: ContainerDefinition): string => `/dbs/${databaseName}/colls/${name}`;
const scopesOf = (...purposes: readonly Purpose[]): readonly string[] =>
  containers.filter(({ purpose }) => purposes.includes(purpose)).map(scopeOf);
const scopesOfRole = (role: RoleName): readonly string[] =>
  containers.filter(({ purpose }) => serviceRole[purpose] === role).map(scopeOf);

const definitions: Readonly<Record<RoleName, DataRoleDefinition>> = {
  'event-writer': {
    id: 'da7b0000-0000-4000-8000-000000000001',
    roleName: 'Daybook event writer',
    permissions: [{ dataActions: [...reading, ...item('create')] }],
    assignableScopes: scopesOfRole('event-writer'),
  },
  'state-keeper': {
    id: 'da7b0000-0000-4000-8000-000000000002',
    roleName: 'Daybook state keeper',
    permissions: [{ dataActions: [...reading, ...item('create', 'replace', 'upsert', 'delete')] }],
    assignableScopes: scopesOfRole('state-keeper'),
  },
  'event-archiver': {
    id: 'da7b0000-0000-4000-8000-000000000003',
    roleName: 'Daybook event archiver',
    permissions: [{ dataActions: [...reading, ...item('delete')] }],
    assignableScopes: scopesOf('events'),
  },
  eraser: {
    id: 'da7b0000-0000-4000-8000-000000000004',
    roleName: 'Daybook eraser',
    permissions: [{ dataActions: [...reading, ...item('replace', 'delete')] }],
    assignableScopes: scopesOf('snapshots', 'read-models', 'dead-letters'),
  },
  reader: {
    id: 'da7b0000-0000-4000-8000-000000000005',
    roleName: 'Daybook reader',
    permissions: [{ dataActions: reading }],
    assignableScopes: [`/dbs/${databaseName}`],
  },
  // To erase a key is to replace its document. No key goes without leaving that it was there, so none is deleted.
  'key-keeper': {
    id: 'da7b0000-0000-4000-8000-000000000006',
    roleName: 'Daybook subject key keeper',
    permissions: [{ dataActions: [`${account}/readMetadata`, ...item('read', 'create', 'replace')] }],
    assignableScopes: scopesOfRole('key-keeper'),
  },
};

/** Every role, for one account. */
export const dataRoleDefinitions: readonly DataRoleDefinition[] = Object.values(definitions);

interface Grant {
  readonly role: RoleName;
  readonly scope: string;
}

const grants = (role: RoleName, scopes: readonly string[]): readonly Grant[] =>
  scopes.map((scope) => ({ role, scope }));
const everything = [`/dbs/${databaseName}`];

/** Before events are deleted the feeds have to be past them, so the archiver reads their checkpoints. */
const staffGrants: Readonly<Record<Exclude<DataIdentity, ServiceName>, readonly Grant[]>> = {
  archiver: [...grants('event-archiver', scopesOf('events')), ...grants('reader', scopesOf('snapshots', 'leases'))],
  eraser: [
    ...grants('eraser', scopesOf('snapshots', 'read-models', 'dead-letters')),
    ...grants('reader', scopesOf('events')),
  ],
  operator: grants('reader', everything),
};

const grantsOf = (identity: DataIdentity): readonly Grant[] =>
  identity === 'archiver' || identity === 'eraser' || identity === 'operator'
    ? staffGrants[identity]
    : containers
        .filter(({ service }) => service === identity)
        .map((definition) => ({ role: serviceRole[definition.purpose], scope: scopeOf(definition) }));

/**
 * The roles of identities at the containers of the topology: a service has its role at each of its own containers and nothing
 * at any other.
 *
 * @param principals object ids in Entra ID; who is left out gets nothing
 */
export function dataRoleAssignments(
  principals: Readonly<Partial<Record<DataIdentity, string>>>,
): readonly DataRoleAssignment[] {
  return (Object.entries(principals) as [DataIdentity, string][]).flatMap(([identity, principalId]) =>
    grantsOf(identity).map(({ role, scope }) => ({ roleDefinitionId: definitions[role].id, principalId, scope })),
  );
}
