import type { EmulatorRequest, EmulatorResponse } from '../protocol/message.ts';
import { unsupported } from '../protocol/refusal.ts';
import type { ContainerRecord } from '../storage/catalog.ts';
import { parseBody, requestPartition, seconds, sessionHeaders } from './context.ts';
import type { Services } from './context.ts';
import { applyToItem } from './item-write.ts';
import type { ItemOperationKind } from './operation.ts';

const triggerHeaders = ['x-ms-documentdb-pre-trigger-include', 'x-ms-documentdb-post-trigger-include'];

/** How a batch calls the same operations. */
const names = {
  'create-item': 'Create',
  'upsert-item': 'Upsert',
  'read-item': 'Read',
  'replace-item': 'Replace',
  'patch-item': 'Patch',
  'delete-item': 'Delete',
} as const satisfies Record<ItemOperationKind, string>;

/** Create, upsert, read, replace, patch and delete of one item. */
export const itemOperation = (
  services: Services,
  request: EmulatorRequest,
  container: ContainerRecord,
  kind: ItemOperationKind,
  id: string | undefined,
): EmulatorResponse => {
  const trigger = triggerHeaders.find((header) => request.headers[header] !== undefined);
  if (trigger !== undefined) throw unsupported('A trigger', `Leave ${trigger} out.`);
  const partition = requestPartition(services, request, container);
  const operation = names[kind];
  const outcome = applyToItem(
    services,
    partition,
    {
      operation,
      id,
      body: ['POST', 'PUT', 'PATCH'].includes(request.method) ? parseBody(request) : undefined,
      ifMatch: request.headers['if-match'],
      ifNoneMatch: request.headers['if-none-match'],
    },
    () => ({ lsn: services.catalog.nextLsn(container), ts: seconds(services) }),
  );
  const minimal = operation !== 'Read' && request.headers['prefer'] === 'return=minimal';
  return {
    status: outcome.status,
    headers: {
      'x-ms-request-charge': String(outcome.charge),
      ...sessionHeaders(services, container, partition.range),
      ...(outcome.item === undefined ? {} : { etag: outcome.item.etag }),
    },
    body: outcome.status === 304 || minimal ? '' : (outcome.item?.body ?? ''),
  };
};
