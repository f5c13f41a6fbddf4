import { virtualRuntime } from '@daybook/ports';
import { historyOf, input, instance, sagasContainer } from '../testing/embedded.ts';
import { sampleSaga, submitted } from '../testing/sample-saga.ts';
import { sagaCommandsRoute } from './commands-route.ts';

const sagaId = 'Sample:o1';
const start = input('e1', 'OrderSubmitted', 'http:1', submitted('o1', 'a', 'b'));
const reserved = (sku: string, id = `reserved-${sku}`) =>
  input(id, 'StockReserved', `${sagaId}/reserve/${sku}/do/0`, {});
const committed = (sku: string) => input(`committed-${sku}`, 'StockCommitted', `${sagaId}/commit/${sku}/do/0`, {});
const shipped = input('e2', 'OrderShipped', 'http:2', { orderId: 'o1' });

describe('the saga runner', () => {
  it('takes a saga from its start to its end', async () => {
    const runtime = virtualRuntime();
    const container = sagasContainer(runtime);
    const { runner, sagas } = instance(runtime, container);
    const inputs = [start, reserved('a'), reserved('b'), shipped, committed('a'), committed('b')];
    for (const each of inputs) expect(await runner.handleInput(each)).toBe('recorded');
    expect((await sagas.load(`saga-${sagaId}`)).state.status).toBe('completed');
  });

  it('appends nothing for a message that comes again, here or elsewhere', async () => {
    const runtime = virtualRuntime();
    const container = sagasContainer(runtime);
    const here = instance(runtime, container).runner;
    const elsewhere = instance(runtime, container).runner;
    const both = Promise.all([here.handleInput(start), elsewhere.handleInput(start)]);
    await runtime.advance(1_000);
    expect((await both).sort()).toEqual(['duplicate', 'recorded']);
    const before = (await historyOf(container, sagaId)).length;
    expect(await here.handleInput(start)).toBe('duplicate');
    await elsewhere.handleInput(reserved('a'));
    expect(await here.handleInput(reserved('a'))).toBe('duplicate');
    expect(await historyOf(container, sagaId)).toHaveLength(before + 1);
  });

  it('loses and doubles nothing when every third answer of the database is lost', async () => {
    const runtime = virtualRuntime({ seed: 7 });
    let calls = 0;
    const container = sagasContainer(runtime, ({ kind }) => {
      calls += 1;
      return kind === 'batch' && calls % 3 === 0 ? 'executed-but-lost' : undefined;
    });
    const { runner, sagas } = instance(runtime, container);
    const work = (async () => {
      for (const each of [
        start,
        reserved('a'),
        start,
        reserved('b'),
        shipped,
        committed('b'),
        committed('a'),
        shipped,
      ]) {
        await runner.handleInput(each);
      }
      return sagas.load(`saga-${sagaId}`);
    })();
    await runtime.advance(60_000);
    expect((await work).state.status).toBe('completed');
    const keys = (await historyOf(container, sagaId)).map((event) => event.metadata.commandKey);
    expect(new Set(keys).size).toBe(6);
  });

  it('fires a timer once, however often it is told to, and keeps the request it all goes back to', async () => {
    const runtime = virtualRuntime();
    const container = sagasContainer(runtime);
    const { runner } = instance(runtime, container);
    await runner.handleInput(start);
    const timerId = `${sagaId}/timer/1`;
    expect(await runner.fireTimer(sagaId, timerId)).toBe('recorded');
    expect(await runner.fireTimer(sagaId, timerId)).toBe('duplicate');
    expect(await instance(runtime, container).runner.fireTimer(sagaId, timerId)).toBe('duplicate');
    const again = (await historyOf(container, sagaId)).filter((event) => event.type === 'CommandsIssued').at(-1);
    expect(again?.metadata).toMatchObject({ correlationId: 'request-1', causationId: timerId, traceparent: 'trace' });
  });

  it('says when there is no such saga, and refuses what can never be read', async () => {
    const runtime = virtualRuntime();
    const { runner } = instance(runtime, sagasContainer(runtime));
    expect(await runner.handleInput(reserved('a'))).toBe('no-saga');
    expect(await runner.handleInput(shipped)).toBe('no-saga');
    expect(await runner.handleInput(input('x', 'SomethingElse', 'http:9', {}))).toBe('no-saga');
    expect(await runner.fireTimer(sagaId, 'none')).toBe('no-saga');
    const bad = input('e9', 'OrderSubmitted', 'http:9', { orderId: 'o9', lines: [] });
    await expect(runner.handleInput(bad)).rejects.toMatchObject({ code: 'bad-saga-input' });
  });
});

describe('while a newer version is being deployed', () => {
  it('an old instance leaves a saga that it does not know to the others, and one that knows it goes on', async () => {
    const runtime = virtualRuntime();
    const container = sagasContainer(runtime);
    const next = instance(runtime, container, [sampleSaga(), sampleSaga(2)]).runner;
    await next.handleInput(start);
    const old = instance(runtime, container).runner;
    const thrown = { code: 'unknown-saga-version', sagaId, version: 2 };
    await expect(old.handleInput(reserved('a'))).rejects.toMatchObject(thrown);
    await expect(old.fireTimer(sagaId, `${sagaId}/timer/1`)).rejects.toMatchObject(thrown);
    expect(await next.handleInput(reserved('a'))).toBe('recorded');
  });

  it('an event of a newer schema waits for code that knows it', async () => {
    const runtime = virtualRuntime();
    const { runner } = instance(runtime, sagasContainer(runtime));
    const newer = { ...start, schemaversion: 99 };
    await expect(runner.handleInput(newer)).rejects.toMatchObject({ code: 'unknown-schema-version' });
  });
});

describe('the relay route', () => {
  it('makes one message of each command, keyed by its target', async () => {
    const runtime = virtualRuntime();
    const container = sagasContainer(runtime);
    await instance(runtime, container).runner.handleInput(start);
    const events = await historyOf(container, sagaId);
    const messages = events.flatMap((event) => sagaCommandsRoute(event));
    const issued = events.find((event) => event.type === 'CommandsIssued');
    expect(messages.map(({ hub, key }) => `${hub} ${key}`)).toEqual([
      'inventory-commands stock-a',
      'inventory-commands stock-b',
    ]);
    expect(messages[0]?.message).toMatchObject({
      ...{ id: `${sagaId}/reserve/a/do/0/1`, type: 'ReserveStock', subject: 'stock-a', correlationid: 'request-1' },
      ...{ commandkey: `${sagaId}/reserve/a/do/0`, causationid: issued?.eventId, actor: 'service:fulfilment' },
      data: { sku: 'a', reservationId: 'o1', orderId: 'o1', quantity: 1 },
    });
  });
});
