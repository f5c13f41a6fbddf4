import { eachService } from '@daybook/contracts';
import { createAuditLog } from '@daybook/eventstore';
import { commandMessage, createDeadLetters, deadLetterOperations, type DeadLetters } from '@daybook/messaging';
import { type Container, memoryContainer, virtualRuntime } from '@daybook/ports';
import { createHealth, deadLetterRoutes, type HttpService, silentLog, startHttp } from '@daybook/service-kit';
import { deadLettersCommand } from './dead-letters.ts';

const consumer = 'inventory-commands';
let deadLetters: DeadLetters;
let records: Container;
let http: HttpService;
let handled: string[];
let failing: Set<string>;
let lines: string[];

beforeEach(async () => {
  const runtime = virtualRuntime({ seed: 1 });
  const letters = memoryContainer({ name: 'letters', runtime, partitionKey: ({ partition }) => String(partition) });
  records = memoryContainer({ name: 'audit', runtime, partitionKey: (document) => String(document['streamId']) });
  deadLetters = createDeadLetters({ container: letters, runtime });
  [handled, failing, lines] = [[], new Set(), []];
  const routes = deadLetterRoutes({
    deadLetters,
    operations: deadLetterOperations({ deadLetters, audit: createAuditLog({ container: records, runtime }) }),
    consumers: [
      {
        name: consumer,
        handle: async ({ id }) => {
          if (failing.has(id)) throw new Error('still wrong');
          handled.push(id);
        },
      },
    ],
    ...{ runtime, log: silentLog },
  });
  http = await startHttp({ port: 0, routes, health: createHealth(), log: silentLog });
});
afterEach(() => http.close(1_000));

async function park(key: string, n: number, error = 'line 7 is missing'): Promise<string> {
  const intentKey = `FulfilOrder:o${n}/reserve/85123A/do/0`;
  const body = commandMessage({
    ...{ messageId: `${intentKey}/1`, intentKey, service: 'fulfilment', type: 'ReserveStock', target: key, data: {} },
    ...{ time: '2010-12-01T08:26:00.000Z', correlationId: 'r', causationId: 'e', actor: 'service:fulfilment' },
    traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
  });
  const message = { key, partitionId: '0', sequenceNumber: n, messageId: body.id, body };
  await deadLetters.park(consumer, message, new Error(error), 5);
  return body.id;
}

const run = (...args: readonly string[]): Promise<number> => {
  const url = `http://127.0.0.1:${http.port}`;
  const urls = eachService(() => url);
  return deadLettersCommand.run(args, { urls, actor: 'operator:ada', print: (line) => lines.push(line) });
};

it('groups says what failed, how often, and under which fingerprint', async () => {
  for (const n of [1, 2]) await park('stock-a', n);
  await park('stock-b', 3, 'other');
  expect(await run('groups', 'inventory')).toBe(0);
  expect(lines[0]).toMatch(
    /^[0-9a-f]{12} {2}inventory inventory-commands {2}2 failed, 0 behind {2}ReserveStock: Error: line 7/,
  );
  expect(lines).toHaveLength(2);
});

it('list and show tell of each message; show has the stack and the trace', async () => {
  const id = await park('stock-a', 1);
  expect(await run('list', 'inventory')).toBe(0);
  expect(lines.join()).toContain(id);
  lines = [];
  expect(await run('show', 'inventory', consumer, 'stock-a')).toBe(0);
  expect(lines.join('\n')).toMatch(/trace a{32}\n {4}Error: line 7 is missing/);
  expect(await run('show', 'inventory', consumer, 'stock-z')).toBe(1);
});

it('replay by key says where it stops, and by fingerprint ends it; both are on record', async () => {
  const ids = [await park('stock-a', 1), await park('stock-a', 2)];
  failing.add(String(ids[1]));
  expect(await run('replay', 'inventory', '--key', 'stock-a', '--reason', 'mended')).toBe(1);
  expect(lines).toEqual(['1 replayed; some are still parked', `  stock-a stops at ${ids[1]}: still wrong`]);
  failing.clear();
  const [group] = (await deadLetters.groups(consumer)).groups;
  const fingerprint = group?.fingerprint ?? '';
  expect(await run('replay', 'inventory', '--fingerprint', fingerprint, '--reason', 'mended', '--json')).toBe(0);
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ replayed: 1, unblocked: true });
  expect(handled).toEqual(ids);
  const { documents } = await records.query({ limit: 10 });
  expect(documents).toHaveLength(4);
  for (const record of documents) expect(record).toMatchObject({ actor: 'operator:ada', reason: 'mended' });
});

it('discard removes for good', async () => {
  const id = await park('stock-a', 1);
  expect(await run('discard', 'inventory', '--key', 'stock-a', '--message-id', id, '--reason', 'gone')).toBe(0);
  expect(lines).toEqual(['1 discarded']);
  expect(await run('groups')).toBe(0);
  expect(lines.at(-1)).toBe('Nothing is parked.');
});

it.each([
  ['no service', ['replay', '--key', 'a', '--reason', 'x'], 'name a service'],
  ['no reason', ['replay', 'order', '--key', 'a'], '--reason'],
  ['both', ['discard', 'order', '--key', 'a', '--fingerprint', 'b', '--reason', 'x'], 'either'],
  ['no such command', ['mend'], 'no such command'],
])('is refused with %s', async (_name, args, message) => {
  await expect(run(...args)).rejects.toThrow(message);
});
