import type { StoredEvent } from '@daybook/eventstore';
import { commandMessage, createDeadLetters, createMessageConsumer } from '@daybook/messaging';
import { memoryContainer, memoryHub, virtualRuntime } from '@daybook/ports';
import { createLog } from './log.ts';
import { fieldsOfEvent, fieldsOfMessage, logMessageErrors } from './log-fields.ts';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const [, traceId, spanId] = traceparent.split('-');
const shipTo = { name: 'Ada Lovelace' };

const written = (fields: object): Record<string, unknown> => {
  const lines: string[] = [];
  createLog('order', 'info', { write: (line: string) => void lines.push(line) }).warn(fields, 'odd');
  const {
    level: _l,
    time: _t,
    name: _n,
    service: _s,
    msg: _m,
    ...own
  } = JSON.parse(lines.join('')) as Record<string, unknown>;
  return own;
};

describe('a line of the log on behalf of', () => {
  it('an event says which one, and its trace and correlation; nothing of its data', () => {
    const event = {
      ...{ streamId: 'order-o1', version: 2, type: 'OrderSubmitted', data: { shipTo } },
      metadata: { correlationId: 'c1', traceparent, actor: 'customer:c-1', causationId: 'x', commandKey: 'k' },
    } as unknown as StoredEvent;
    const about = { streamId: 'order-o1', version: 2, type: 'OrderSubmitted' };
    expect(written(fieldsOfEvent(event))).toEqual({ ...about, correlationId: 'c1', traceId, spanId });
  });

  it('a message says which one, and its trace and correlation; nothing of its data', () => {
    const body = {
      ...{ id: 'order-o1#2', type: 'OrderSubmitted', subject: 'order-o1', data: { shipTo } },
      ...{ traceparent, correlationid: 'c1' },
    };
    const about = { messageId: 'order-o1#2', type: 'OrderSubmitted', subject: 'order-o1' };
    expect(written(fieldsOfMessage(body))).toEqual({ ...about, correlationId: 'c1', traceId, spanId });
  });

  it.each<[string, object]>([
    ['an event that nobody knows', fieldsOfEvent(undefined)],
    ['an event without what it should have', fieldsOfEvent({} as StoredEvent)],
    ['a message that is a text', fieldsOfMessage('Ada Lovelace')],
    ['a message of other shapes', fieldsOfMessage({ id: 7, traceparent: [], correlationid: null })],
    ['something without a trace', { traceparent: '' }],
    ['what is no traceparent', { traceparent: 'Ada Lovelace' }],
  ])('%s says nothing, and can be written', (_case, fields) => {
    expect(written(fields)).toEqual({});
  });
});

it('a message that is given up is a line at error, one that is tried again at warn; both say which, of which hub, in which trace', async () => {
  const lines: Record<string, unknown>[] = [];
  const log = createLog('order', 'info', { write: (line) => void lines.push(JSON.parse(line) as never) });
  const runtime = virtualRuntime({ seed: 1 });
  const hub = memoryHub({ name: 'order-commands', partitions: 1, runtime });
  const letters = memoryContainer({ name: 'letters', runtime, partitionKey: ({ partition }) => String(partition) });
  const consumer = createMessageConsumer({
    ...{ name: 'order-commands', consumer: hub.consumer('order', { owner: 'one' }), runtime, maxAttempts: 2 },
    handle: () => Promise.reject(new Error('cannot')),
    deadLetters: createDeadLetters({ container: letters, runtime }),
    onError: logMessageErrors(log, 'order-commands'),
  });
  const body = commandMessage({
    ...{
      messageId: 'm1',
      intentKey: 'm1',
      service: 'fulfilment',
      type: 'ConfirmOrder',
      target: 'order-o1',
      data: { shipTo },
    },
    ...{
      time: '2010-12-01T08:26:00.000Z',
      correlationId: 'c1',
      causationId: 'e',
      actor: 'service:fulfilment',
      traceparent,
    },
  });
  await hub.producer().send('0', [{ messageId: 'm1', key: 'order-o1', body }]);
  await consumer.start();
  await runtime.advance(10_000);
  const about = { hub: 'order-commands', messageId: 'm1', type: 'ConfirmOrder', subject: 'order-o1' };
  expect(lines).toMatchObject([
    { level: 40, msg: 'message error', ...about, correlationId: 'c1', traceId, spanId },
    { level: 50, msg: expect.stringMatching('parked'), ...about, correlationId: 'c1', traceId, spanId },
  ]);
  expect(JSON.stringify(lines)).not.toContain('Lovelace');
  await consumer.stop();
});
