import { charges } from '../protocol/charges.ts';
import { limits } from '../protocol/limits.ts';
import type { EmulatorRequest, EmulatorResponse } from '../protocol/message.ts';
import { isObject, jsonResponse } from '../protocol/message.ts';
import { keyText, parseKey } from '../protocol/partition-key.ts';
import { badRequest, isRefusal, Refusal, unsupported } from '../protocol/refusal.ts';
import type { ContainerRecord } from '../storage/catalog.ts';
import type { Partition, WriteStamp } from '../storage/items.ts';
import { parseBody, requestPartition, seconds, sessionHeaders } from './context.ts';
import type { Services } from './context.ts';
import type { ItemOperation, ItemOutcome } from './item-write.ts';
import { applyToItem } from './item-write.ts';

/** Leaves the savepoint of a batch: its operation at `index` was refused. */
class BatchFailure extends Error {
  readonly index: number;
  readonly refusal: Refusal;

  constructor(index: number, refusal: Refusal) {
    super(refusal.message);
    this.index = index;
    this.refusal = refusal;
  }
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const parseOperation = (value: unknown, partition: Partition): ItemOperation => {
  if (!isObject(value)) throw badRequest('Each operation of a batch must be an object.');
  const key = value['partitionKey'];
  if (typeof key === 'string' && keyText(parseKey(key, partition.container.definition.partitionKey)) !== partition.pk) {
    throw badRequest(
      'One or more operations within the batch request have a different partition key value than the request.',
    );
  }
  return {
    operation: textOf(value['operationType']) ?? 'without operationType',
    id: textOf(value['id']),
    body: value['resourceBody'],
    ifMatch: textOf(value['ifMatch']),
    ifNoneMatch: textOf(value['ifNoneMatch']),
  };
};

const parseOperations = (request: EmulatorRequest, partition: Partition): readonly ItemOperation[] => {
  if (Buffer.byteLength(request.body) > limits.requestBytes) {
    throw new Refusal(413, `A batch must not be larger than ${limits.requestBytes} bytes.`);
  }
  const values = parseBody(request);
  if (!Array.isArray(values) || values.length === 0)
    throw badRequest('A batch must be a non-empty array of operations.');
  if (values.length > limits.batchOperations) {
    throw badRequest(`Batch request has more operations than what is supported: at most ${limits.batchOperations}.`);
  }
  return values.map((value) => parseOperation(value, partition));
};

const resultOf = (outcome: ItemOutcome, minimal: boolean): object => ({
  statusCode: outcome.status,
  requestCharge: outcome.charge,
  ...(outcome.item === undefined ? {} : { eTag: outcome.item.etag }),
  ...(outcome.item === undefined || minimal ? {} : { resourceBody: JSON.parse(outcome.item.body) as unknown }),
});

const failureResults = (count: number, { index, refusal }: BatchFailure): readonly object[] =>
  Array.from({ length: count }, (_unused, each) =>
    each === index
      ? {
          statusCode: refusal.status,
          ...(refusal.substatus === undefined ? {} : { subStatusCode: refusal.substatus }),
          requestCharge: charges.refused,
          message: refusal.message,
        }
      : { statusCode: 424, requestCharge: 0 },
  );

/**
 * A transactional batch: all of its operations under one log sequence number, or none. A refused operation makes the
 * answer 207, with its status at its place and 424 at the others.
 */
export const batchOperation = (
  services: Services,
  request: EmulatorRequest,
  container: ContainerRecord,
): EmulatorResponse => {
  if (request.headers['x-ms-cosmos-batch-atomic']?.toLowerCase() !== 'true') {
    throw unsupported('A bulk (non-atomic) batch', 'Use items.batch() per partition or single operations.');
  }
  const partition = requestPartition(services, request, container);
  const operations = parseOperations(request, partition);
  const minimal = request.headers['prefer'] === 'return=minimal';
  let stamped: WriteStamp | undefined;
  const stamp = (): WriteStamp => (stamped ??= { lsn: services.catalog.nextLsn(container), ts: seconds(services) });
  const apply = (operation: ItemOperation, index: number): ItemOutcome => {
    try {
      return applyToItem(services, partition, operation, stamp);
    } catch (error) {
      throw isRefusal(error) ? new BatchFailure(index, error) : error;
    }
  };
  try {
    const outcomes = services.store.atomic(() => operations.map(apply));
    return jsonResponse(
      200,
      outcomes.map((outcome) => resultOf(outcome, minimal)),
      {
        'x-ms-request-charge': String(charges.sum(outcomes.map((outcome) => outcome.charge))),
        ...sessionHeaders(services, container, partition.range),
      },
    );
  } catch (error) {
    if (!(error instanceof BatchFailure)) throw error;
    return jsonResponse(207, failureResults(operations.length, error), {
      'x-ms-request-charge': String(charges.refused),
      ...sessionHeaders(services, container, partition.range),
    });
  }
};
