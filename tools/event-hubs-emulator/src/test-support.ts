import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventData, EventPosition, ReceivedEventData, SubscribeOptions } from '@azure/event-hubs';
import { EventHubConsumerClient, EventHubProducerClient } from '@azure/event-hubs';
import type { EventHubsEmulatorOptions } from './emulator.ts';
import { createEventHubsEmulator } from './emulator.ts';

export const retryOptions = { timeoutInMs: 3000, retryDelayInMs: 100, maxRetries: 2 };

/** A directory that is removed by `dispose`. */
export function temporaryDirectory(): { readonly path: string; dispose(): void } {
  const path = mkdtempSync(join(tmpdir(), 'event-hubs-emulator-'));
  return { path, dispose: () => rmSync(path, { recursive: true, force: true }) };
}

/** An emulator with clients of the real SDK that are closed with it. */
export async function startEmulator(options: Partial<EventHubsEmulatorOptions> = {}) {
  const emulator = createEventHubsEmulator({
    storage: ':memory:',
    hubs: [{ name: 'orders', partitions: 4, consumerGroups: ['projections'] }],
    ...options,
  });
  const listener = await emulator.listen();
  const clients: { close(): Promise<void> }[] = [];
  const { connectionString } = listener;
  return {
    emulator,
    connectionString,
    producer(hub = 'orders', connection = connectionString, retries: typeof retryOptions = retryOptions) {
      const client = new EventHubProducerClient(connection, hub, { retryOptions: retries });
      clients.push(client);
      return client;
    },
    consumer(hub = 'orders', group = '$Default', connection = connectionString) {
      const client = new EventHubConsumerClient(group, connection, hub, { retryOptions });
      clients.push(client);
      return client;
    },
    async stop() {
      await Promise.all(clients.map((client) => client.close()));
      await emulator.close();
    },
  };
}

export type Started = Awaited<ReturnType<typeof startEmulator>>;

/** Reads a partition until `count` events have come; fails with the first error of the subscription. */
export async function receive(
  client: EventHubConsumerClient,
  partitionId: string,
  count: number,
  startPosition: EventPosition = { offset: '-1' },
  options: SubscribeOptions = {},
): Promise<ReceivedEventData[]> {
  const received: ReceivedEventData[] = [];
  const outcome = Promise.withResolvers<void>();
  const subscription = client.subscribe(
    partitionId,
    {
      processEvents: async (events) => {
        received.push(...events);
        if (received.length >= count) outcome.resolve();
      },
      processError: async (error) => outcome.reject(error),
    },
    { startPosition, maxBatchSize: 500, maxWaitTimeInSeconds: 1, skipParsingBodyAsJson: false, ...options },
  );
  try {
    await outcome.promise;
  } finally {
    await subscription.close();
  }
  return received;
}

export const numbered = (count: number, first = 0): EventData[] =>
  Array.from({ length: count }, (_unused, index) => ({ body: { number: first + index } }));

/** The error a promise is rejected with; the last one of several attempts. */
export async function errorOf(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  const error: unknown = await promise.then(
    () => new Error('Expected a rejection'),
    (reason: unknown) => reason,
  );
  return unwrap(error);
}

function unwrap(error: unknown): Error & { code?: string } {
  const { errors } = error as { errors?: unknown[] };
  return errors === undefined ? (error as Error & { code?: string }) : unwrap(errors.at(-1));
}
