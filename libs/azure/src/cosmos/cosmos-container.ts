import type { Container as SdkContainer, OperationInput, OperationResponse } from '@azure/cosmos';
import {
  type BatchOutcome,
  type Container,
  ContainerError,
  type Document,
  type Operation,
  type OperationResult,
  type Stored,
  isDocumentId,
} from '@daybook/ports';
import { compileQuery } from './compile-query.ts';
import { containerError, statusError } from './container-error.ts';
import { feedReader } from './feed-reader.ts';
import { withoutSystemFields } from './system-fields.ts';

const operationsMax = 100;
const pageMax = 1_000;
const failedDependencyStatus = 424;

/** A {@link Container} on the Cosmos DB SDK: `cosmosContainer(client.database('daybook').container('orders'))`. */
export function cosmosContainer<T extends Document = Document>(container: SdkContainer): Container<T> {
  const name = container.id;
  const feed = feedReader<T>(container);
  const reading = async <R>(work: () => Promise<R>): Promise<R> => {
    try {
      return await work();
    } catch (error) {
      throw containerError(error, name, false);
    }
  };
  const checkLimit = (limit: number): void => {
    if (!Number.isInteger(limit) || limit < 1 || limit > pageMax) {
      throw new ContainerError('bad-request', name, `limit must be 1 to ${pageMax}, not ${limit}`);
    }
  };

  const checkId = (id: string): void => {
    if (isDocumentId(id)) return;
    const rule = 'an id is 1 to 1,023 bytes without / \\ # ?';
    throw new ContainerError('bad-request', name, `${rule}: ${JSON.stringify(id)}`);
  };

  return {
    name,
    async batch(partitionKey, operations) {
      if (operations.length < 1 || operations.length > operationsMax) {
        throw new ContainerError('bad-request', name, `a batch has 1 to ${operationsMax} operations`);
      }
      for (const operation of operations) checkId('document' in operation ? operation.document.id : operation.id);
      try {
        const response = await container.items.batch(operations.map(operationInput), partitionKey);
        return batchOutcome(name, response.result ?? [], chargeOf(response.headers));
      } catch (error) {
        throw containerError(
          error,
          name,
          operations.some(({ kind }) => kind !== 'read'),
        );
      }
    },
    async read(partitionKey, id) {
      checkId(id);
      return reading(async () => {
        const { resource, requestCharge, substatus, statusCode } = await container
          .item(id, partitionKey)
          .read<Stored<T>>();
        if (resource !== undefined) return { document: withoutSystemFields(resource), requestCharge };
        const broken = missingError(name, statusCode, substatus);
        if (broken !== undefined) throw broken;
        return { requestCharge };
      });
    },
    async query(query) {
      checkLimit(query.limit);
      return reading(async () => {
        const { resources, requestCharge, continuationToken } = await container.items
          .query<Stored<T>>(compileQuery(query), {
            maxItemCount: query.limit,
            ...(query.partitionKey === undefined ? {} : { partitionKey: query.partitionKey }),
            ...(query.continuation === undefined ? {} : { continuationToken: query.continuation }),
          })
          .fetchNext();
        const documents = (resources ?? []).map((document) => withoutSystemFields(document));
        return continuationToken
          ? { documents, requestCharge, continuation: continuationToken }
          : { documents, requestCharge };
      });
    },
    async feedRanges() {
      return reading(() => feed.feedRanges());
    },
    async feedPage(request) {
      checkLimit(request.limit);
      return reading(() => feed.feedPage(request));
    },
  };
}

/** The SDK does not throw for a point read's 404, whatever it means: 1003 no such container, 1002 a replica behind the session. */
function missingError(name: string, statusCode: number, substatus: number | undefined): ContainerError | undefined {
  if (statusCode !== 404) return undefined;
  if (substatus === 1003) return new ContainerError('not-found', name, 'no such container');
  if (substatus === 1002) return new ContainerError('unavailable', name, 'the replica has not reached the session yet');
  return undefined;
}

function chargeOf(headers: Readonly<Record<string, unknown>> | undefined): number {
  return Number(headers?.['x-ms-request-charge'] ?? 0);
}

function operationInput(operation: Operation): OperationInput {
  const ifMatch = 'ifMatch' in operation ? { ifMatch: operation.ifMatch } : {};
  switch (operation.kind) {
    case 'create':
      return { operationType: 'Create', resourceBody: json(operation.document) };
    case 'read':
      return { operationType: 'Read', id: operation.id };
    case 'upsert':
      return { operationType: 'Upsert', resourceBody: json(operation.document), ...ifMatch };
    case 'replace':
      return {
        operationType: 'Replace',
        id: operation.document.id,
        resourceBody: json(operation.document),
        ...ifMatch,
      };
    case 'delete':
      return { operationType: 'Delete', id: operation.id, ...ifMatch };
  }
}

/** The SDK's type for a JSON object has no room for readonly arrays; what is sent is the same. */
function json(document: Document): Extract<OperationInput, { operationType: 'Create' }>['resourceBody'] {
  return document as unknown as Extract<OperationInput, { operationType: 'Create' }>['resourceBody'];
}

function batchOutcome(name: string, responses: readonly OperationResponse[], requestCharge: number): BatchOutcome {
  const failedIndex = responses.findIndex(
    ({ statusCode }) => statusCode >= 400 && statusCode !== failedDependencyStatus,
  );
  const status = responses[failedIndex]?.statusCode;
  if (status === undefined) return { applied: true, results: responses.map(operationResult), requestCharge };
  const broken = statusError(status, name);
  if (broken !== undefined) throw broken;
  return { applied: false, failedIndex, status, requestCharge };
}

function operationResult({ statusCode, resourceBody }: OperationResponse): OperationResult {
  if (resourceBody === undefined || resourceBody === null) return { status: statusCode };
  return { status: statusCode, document: withoutSystemFields(resourceBody) as unknown as Stored };
}
