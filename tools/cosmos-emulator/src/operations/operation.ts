import type { EmulatorRequest } from '../protocol/message.ts';

/** What requests ask for. Routing, roles, the recorder and faults all go by this one reading of a request. */
export const operationKinds = [
  'read-account',
  'create-database',
  'read-database',
  'delete-database',
  'list-database',
  'query-database',
  'create-container',
  'read-container',
  'replace-container',
  'delete-container',
  'list-container',
  'query-container',
  'list-ranges',
  'read-offer',
  'list-offer',
  'query-offer',
  'replace-offer',
  'create-item',
  'upsert-item',
  'read-item',
  'replace-item',
  'patch-item',
  'delete-item',
  'batch',
  'query',
  'query-plan',
  'read-feed',
  'change-feed',
  'delete-partition',
  'manage-script',
  'execute-script',
  'not-allowed',
  'unknown',
] as const;

/** What a request asks for. */
export type OperationKind = (typeof operationKinds)[number];

/** An operation on one item. */
export type ItemOperationKind = `${'create' | 'upsert' | 'read' | 'replace' | 'patch' | 'delete'}-item`;

/** A request as it was understood. */
export interface Operation {
  readonly kind: OperationKind;
  readonly database?: string | undefined;
  readonly container?: string | undefined;
  /** Id of the addressed item, or of an offer. */
  readonly id?: string | undefined;
}

type ByMethod = Readonly<Partial<Record<string, OperationKind>>>;

const byMethod = (request: EmulatorRequest, kinds: ByMethod): OperationKind =>
  (Object.hasOwn(kinds, request.method) ? kinds[request.method] : undefined) ?? 'not-allowed';

const isTrue = (request: EmulatorRequest, header: string): boolean => request.headers[header]?.toLowerCase() === 'true';
const isQuery = (request: EmulatorRequest): boolean =>
  isTrue(request, 'x-ms-documentdb-isquery') || request.headers['content-type'] === 'application/query+json';

const postToItems = (request: EmulatorRequest): OperationKind => {
  if (isTrue(request, 'x-ms-cosmos-is-query-plan-request')) return 'query-plan';
  if (isQuery(request)) return 'query';
  if (isTrue(request, 'x-ms-cosmos-is-batch-request')) return 'batch';
  return isTrue(request, 'x-ms-documentdb-is-upsert') ? 'upsert-item' : 'create-item';
};

const itemKind = (request: EmulatorRequest, id: string | undefined): OperationKind =>
  id === undefined
    ? byMethod(request, {
        GET: request.headers['a-im'] === undefined ? 'read-feed' : 'change-feed',
        POST: postToItems(request),
      })
    : byMethod(request, { GET: 'read-item', PUT: 'replace-item', PATCH: 'patch-item', DELETE: 'delete-item' });

const containerKind = (request: EmulatorRequest, id: string | undefined): OperationKind =>
  id === undefined
    ? byMethod(request, { GET: 'list-container', POST: isQuery(request) ? 'query-container' : 'create-container' })
    : byMethod(request, { GET: 'read-container', PUT: 'replace-container', DELETE: 'delete-container' });

const databaseKind = (request: EmulatorRequest, id: string | undefined): OperationKind =>
  id === undefined
    ? byMethod(request, { GET: 'list-database', POST: isQuery(request) ? 'query-database' : 'create-database' })
    : byMethod(request, { GET: 'read-database', DELETE: 'delete-database' });

const scripts: ReadonlySet<string> = new Set(['sprocs', 'triggers', 'udfs']);

const belowContainer = (request: EmulatorRequest, below: readonly string[]): OperationKind => {
  const [type = '', id, ...more] = below;
  if (more.length > 0) return 'unknown';
  if (type === 'docs') return itemKind(request, id);
  if (type === 'pkranges' && id === undefined) return byMethod(request, { GET: 'list-ranges' });
  if (type === 'operations' && id === 'partitionkeydelete') return byMethod(request, { POST: 'delete-partition' });
  if (!scripts.has(type)) return 'unknown';
  return type === 'sprocs' && id !== undefined && request.method === 'POST' ? 'execute-script' : 'manage-script';
};

const offerKind = (request: EmulatorRequest, id: string | undefined): OperationKind =>
  id === undefined
    ? byMethod(request, { GET: 'list-offer', ...(isQuery(request) ? { POST: 'query-offer' as const } : {}) })
    : byMethod(request, { GET: 'read-offer', PUT: 'replace-offer' });

/** Understands a request by its method, its decoded path and its headers. */
export const operationOf = (request: EmulatorRequest, segments: readonly string[]): Operation => {
  const [root, database, colls, container, ...below] = segments;
  if (root === undefined) return { kind: byMethod(request, { GET: 'read-account' }) };
  if (root === 'offers' && segments.length <= 2) return { kind: offerKind(request, database), id: database };
  if (root !== 'dbs') return { kind: 'unknown' };
  if (colls === undefined) return { kind: databaseKind(request, database), database };
  if (colls !== 'colls') return { kind: 'unknown', database };
  if (below.length === 0) return { kind: containerKind(request, container), database, container };
  return { kind: belowContainer(request, below), database, container, id: below[1] };
};

const writes: ReadonlySet<OperationKind> = new Set<OperationKind>([
  'create-database',
  'delete-database',
  'create-container',
  'replace-container',
  'delete-container',
  'create-item',
  'upsert-item',
  'replace-item',
  'patch-item',
  'delete-item',
  'batch',
]);

/** Whether an operation may change anything. */
export const isWrite = ({ kind }: Operation): boolean => writes.has(kind);
