import { parseBody } from '../operations/context.ts';
import type { Operation, OperationKind } from '../operations/operation.ts';
import type { EmulatorRequest } from '../protocol/message.ts';
import { isObject } from '../protocol/message.ts';
import { badRequest, Refusal } from '../protocol/refusal.ts';
import type { Action } from './actions.ts';
import { actions } from './actions.ts';
import type { Grant } from './roles.ts';
import { covers } from './roles.ts';

/** Substatus of a 403. Never 3 or 1008: those make the SDK look for another region, for two minutes. */
const substatuses = { management: 5300, metadata: 5301, data: 5302 } as const;

const query: readonly Action[] = [actions.executeQuery, actions.readChangeFeed];

/** What each operation on data needs. Patching has no action of its own: it is taken as replacing. */
const dataActions: Readonly<Partial<Record<OperationKind, readonly Action[]>>> = {
  'create-item': [actions.createItem],
  'upsert-item': [actions.upsertItem],
  'read-item': [actions.readItem],
  'replace-item': [actions.replaceItem],
  'patch-item': [actions.replaceItem],
  'delete-item': [actions.deleteItem],
  'delete-partition': [actions.deleteItem],
  'execute-script': [actions.executeStoredProcedure],
  'change-feed': [actions.readChangeFeed],
  'query-plan': [actions.executeQuery],
  // Queries of the SDKs need both.
  query,
  'read-feed': query,
};

const batchActions: Readonly<Record<string, Action>> = {
  Create: actions.createItem,
  Upsert: actions.upsertItem,
  Read: actions.readItem,
  Replace: actions.replaceItem,
  Patch: actions.replaceItem,
  Delete: actions.deleteItem,
};

const metadataKinds: ReadonlySet<OperationKind> = new Set<OperationKind>([
  'read-account',
  'read-database',
  'list-database',
  'query-database',
  'read-container',
  'list-container',
  'query-container',
  'list-ranges',
]);

/** Each operation of a batch needs its own action. */
const actionsOfBatch = (request: EmulatorRequest): readonly Action[] => {
  const operations = parseBody(request);
  if (!Array.isArray(operations)) throw badRequest('A batch must be an array of operations.');
  return operations.map((operation: unknown) => {
    const type = isObject(operation) ? operation['operationType'] : undefined;
    const action = typeof type === 'string' && Object.hasOwn(batchActions, type) ? batchActions[type] : undefined;
    if (action === undefined) throw badRequest(`The batch operation ${JSON.stringify(type)} is not supported.`);
    return action;
  });
};

const resourceOf = ({ database, container }: Operation): string =>
  `${database === undefined ? '' : `/dbs/${database}`}${container === undefined ? '' : `/colls/${container}`}`;

/** Throws 403 unless the grants of an identity allow the operation, all of it: nothing has been done then. */
export const authorize = (
  grants: readonly Grant[],
  principal: string,
  request: EmulatorRequest,
  operation: Operation,
): void => {
  const resource = resourceOf(operation);
  const need = (action: Action, substatus: number): void => {
    // The SDK reads the account first, whatever the identity may see of it.
    const anywhere = operation.kind === 'read-account';
    const allowed = grants.some((grant) => grant.actions.has(action) && (anywhere || covers(grant.scope, resource)));
    if (allowed) return;
    throw new Refusal(
      403,
      `Request blocked by Auth daybook : Request is blocked because principal [${principal}] does not have required RBAC ` +
        `permissions to perform action [${action}] on resource [${resource === '' ? '/' : resource}].`,
      substatus,
    );
  };
  if (metadataKinds.has(operation.kind)) return need(actions.readMetadata, substatuses.metadata);
  const needed = operation.kind === 'batch' ? actionsOfBatch(request) : dataActions[operation.kind];
  if (needed === undefined) {
    throw new Refusal(
      403,
      `Request blocked by Auth daybook : The given request [${request.method} ${request.path}] cannot be authorized by ` +
        'AAD token in data plane.',
      substatuses.management,
    );
  }
  needed.forEach((action) => need(action, substatuses.data));
};
