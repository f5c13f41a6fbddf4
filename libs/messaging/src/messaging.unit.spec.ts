import { memoryContainer, memoryHub, virtualRuntime } from '@daybook/ports';
import { commandMessage } from './cloud-event.ts';
import { createMessageConsumer } from './consumer.ts';
import { createDeadLetters } from './dead-letters.ts';
import { partitionOf } from './partition.ts';

const message = (id: string) =>
  commandMessage({
    messageId: id,
    intentKey: 'k',
    service: 's',
    type: 'T',
    target: 't',
    data: {},
    time: '2010-12-01T08:26:00.000Z',
    correlationId: 'c',
    causationId: 'c',
    actor: 'a',
    traceparent: 't',
  });

it('maps every key to a partition that exists', () => {
  for (const key of ['', 'order-1', 'stock-85123A']) expect([0, 1, 2, 3]).toContain(partitionOf(key, 4));
});

it('parks a poison message and its followers while other keys flow', async () => {
  const runtime = virtualRuntime({ seed: 1 });
  const hub = memoryHub({ name: 'h', partitions: 1, runtime });
  const container = memoryContainer({ name: 'd', runtime, partitionKey: (d) => String(d['partition']) });
  const handled: string[] = [];
  const signal = new AbortController().signal;
  const deadLetters = createDeadLetters({ container, runtime });
  let deliver: ((signal: AbortSignal) => Promise<void>) | undefined;
  const consumer = createMessageConsumer({
    name: 'c',
    deadLetters,
    runtime,
    maxAttempts: 1,
    consumer: {
      hub: 'h',
      group: 'g',
      subscribe: async (handler) => {
        deliver = (s) => handler.onMessages(hub.stored('0'), s);
        return { partitions: () => ['0'], close: async () => undefined };
      },
    },
    handle: async ({ id }) => {
      if (id === 'a1') throw new Error('bad');
      handled.push(id);
    },
  });
  await hub.producer().send(
    '0',
    ['a1', 'a2', 'b1'].map((id) => ({ messageId: id, key: id.slice(0, 1), body: message(id) })),
  );
  await consumer.start();
  await deliver?.(signal);
  expect(handled).toEqual(['b1']);
  expect([...(await deadLetters.load('c'))]).toEqual(['a']);
});
