import type { CloudEvent } from '@daybook/contracts';
import { createEventStore, type StoredEvent } from '@daybook/eventstore';
import {
  type Container,
  type ContainerCall,
  type Document,
  memoryContainer,
  type Stored,
  type VirtualRuntime,
} from '@daybook/ports';
import type { SagaDefinition } from '../definition/definition.ts';
import { createSagaRunner, type SagaRunner } from '../runner/saga-runner.ts';
import { createSagaStore, type SagaStore } from '../runner/saga-store.ts';
import { sampleSaga } from './sample-saga.ts';

type Faults = (call: ContainerCall) => 'before' | 'throttled' | 'executed-but-lost' | undefined;

/** Container `sagas` in memory. */
export function sagasContainer(runtime: VirtualRuntime, faults?: Faults): Container {
  return memoryContainer({
    name: 'sagas',
    runtime,
    partitionKey: (document: Document) => String(document['streamId']),
    uniqueKeys: ['/dedup'],
    ...(faults === undefined ? {} : { faults }),
  });
}

/** Container `fulfilment-timers` in memory. */
export function timersContainer(runtime: VirtualRuntime, faults?: Faults): Container {
  return memoryContainer({
    name: 'fulfilment-timers',
    runtime,
    partitionKey: (document: Document) => String(document['partition']),
    ...(faults === undefined ? {} : { faults }),
  });
}

/** One instance of the service: a runner of the sample saga with a memory of its own. */
export function instance(
  runtime: VirtualRuntime,
  container: Container,
  definitions: readonly SagaDefinition[] = [sampleSaga()],
  sagas: SagaStore = createSagaStore({ store: createEventStore({ container, runtime }), definitions }),
): { runner: SagaRunner; sagas: SagaStore } {
  return { sagas, runner: createSagaRunner({ sagas, definitions, runtime }) };
}

/** A message of hub `saga-inputs`. */
export function input(id: string, type: string, commandkey: string, data: Record<string, unknown>): CloudEvent {
  return {
    ...{ specversion: '1.0', id, source: 'daybook/test', type, subject: 'order-o1', time: '2010-12-01T08:26:00.000Z' },
    ...{ datacontenttype: 'application/json', data, traceparent: 'trace', correlationid: 'request-1' },
    ...{ causationid: 'cause', commandkey, actor: 'customer:c1' },
  } as CloudEvent;
}

/** All events of a saga, oldest first. */
export async function historyOf(container: Container, sagaId: string): Promise<readonly Stored<StoredEvent>[]> {
  const page = await container.query({
    partitionKey: `saga-${sagaId}`,
    orderBy: [{ field: 'version', direction: 'asc' }],
    limit: 1_000,
  });
  return page.documents as readonly unknown[] as readonly Stored<StoredEvent>[];
}
