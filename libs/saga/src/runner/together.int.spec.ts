import { createEventStore } from '@daybook/eventstore';
import { memoryContainer, virtualRuntime } from '@daybook/ports';
import { historyOf, input, instance, sagasContainer } from '../testing/embedded.ts';
import { sampleSaga, submitted } from '../testing/sample-saga.ts';
import { createSagaStore } from './saga-store.ts';

const sagaId = 'Sample:o1';
const skus = Array.from({ length: 30 }, (_, index) => `s${index}`);
const start = input('e1', 'OrderSubmitted', 'http:1', submitted('o1', ...skus));
const reserved = (sku: string, id = `reserved-${sku}`) =>
  input(id, 'StockReserved', `${sagaId}/reserve/${sku}/do/0`, {});
const rejected = (sku: string, data: Record<string, unknown>) =>
  input(`rejected-${sku}`, 'StockReservationRejected', `${sagaId}/reserve/${sku}/do/0`, data);

/** A saga that waits for 30 answers, and how many batches are written from then on. */
async function waiting() {
  const runtime = virtualRuntime();
  let batches = 0;
  const container = sagasContainer(runtime, ({ kind }) => {
    if (kind === 'batch') batches += 1;
    return undefined;
  });
  const { runner, sagas } = instance(runtime, container);
  await runner.handleInput(start);
  batches = 0;
  return { runtime, container, runner, sagas, batches: () => batches };
}

describe('inputs that arrive together', () => {
  it('are decided together and appended once, each under its own id', async () => {
    const { runner, sagas, batches, container } = await waiting();
    const outcomes = await runner.handleInputs(skus.map((sku) => reserved(sku)));
    expect(new Set(outcomes)).toEqual(new Set(['recorded']));
    expect(batches()).toBe(1);
    expect((await sagas.load(`saga-${sagaId}`)).state).toMatchObject({ status: 'running' });
    const keys = (await historyOf(container, sagaId)).map(({ dedup }) => dedup);
    for (const sku of skus) expect(keys).toContain(`reserved-${sku}#0`);
  });

  it('count once, whether they come again together, alone, or twice in one go', async () => {
    const { runner, container } = await waiting();
    const [a, b] = [reserved('s0'), reserved('s1')];
    expect(await runner.handleInputs([a, a, b])).toEqual(['recorded', 'duplicate', 'recorded']);
    expect(await runner.handleInputs([b, reserved('s2'), a])).toEqual(['duplicate', 'recorded', 'duplicate']);
    expect(await runner.handleInput(a)).toBe('duplicate');
    const ids = (await historyOf(container, sagaId)).map(({ metadata }) => metadata.commandKey);
    expect(ids.filter((id) => id.startsWith('reserved-'))).toHaveLength(3);
  });

  it('go to their own sagas', async () => {
    const { runner, sagas } = await waiting();
    const other = input('e2', 'OrderSubmitted', 'http:2', submitted('o2', 's0'));
    const answer = input('x', 'StockReserved', 'Sample:o2/reserve/s0/do/0', {});
    expect(await runner.handleInputs([other, reserved('s0'), answer])).toEqual(['recorded', 'recorded', 'recorded']);
    const { state } = await sagas.load('saga-Sample:o2');
    expect(state.status !== 'none' && [...state.steps.keys()]).toEqual(['reserve/do', 'ship/do']);
  });

  it('stop before one that cannot be read: what follows it waits until it is out of the way', async () => {
    const { runner, container } = await waiting();
    const bad = rejected('s1', { nothing: 'right' });
    const all = [reserved('s0'), bad, reserved('s2')];
    await expect(runner.handleInputs(all)).rejects.toMatchObject({ code: 'bad-saga-input' });
    const ids = (await historyOf(container, sagaId)).map(({ metadata }) => metadata.commandKey);
    expect(ids).toContain('reserved-s0');
    expect(ids).not.toContain('reserved-s2');
    expect(await runner.handleInput(reserved('s2'))).toBe('recorded');
  });

  it('lose and double nothing when the answer of the database is lost', async () => {
    const runtime = virtualRuntime({ seed: 3 });
    let calls = 0;
    const container = sagasContainer(runtime, ({ kind }) => {
      calls += 1;
      return kind === 'batch' && calls % 2 === 0 ? 'executed-but-lost' : undefined;
    });
    const { runner } = instance(runtime, container);
    const work = runner.handleInput(start).then(() => runner.handleInputs(skus.map((sku) => reserved(sku))));
    await runtime.advance(60_000);
    expect(await work).toHaveLength(skus.length);
    const succeeded = (await historyOf(container, sagaId)).filter(({ type }) => type === 'StepSucceeded');
    expect(succeeded).toHaveLength(skus.length);
  });
});

describe('a saga of 1,000 lines', () => {
  it('is loaded from its snapshot and what came after it, and is the same', async () => {
    const runtime = virtualRuntime();
    const container = sagasContainer(runtime);
    const snapshots = memoryContainer({ name: 'snapshots', runtime, partitionKey: ({ id }) => id });
    const definitions = [sampleSaga()];
    const open = (withSnapshots: boolean) =>
      createSagaStore({
        store: createEventStore({ container, runtime }),
        definitions,
        ...(withSnapshots ? { snapshots } : {}),
      });
    const { runner, sagas } = instance(runtime, container, definitions, open(true));
    const lines = Array.from({ length: 1_000 }, (_, index) => `s${index}`);
    await runner.handleInput(input('e1', 'OrderSubmitted', 'http:1', submitted('o1', ...lines)));
    for (let from = 0; from < lines.length; from += 50) {
      await runner.handleInputs(lines.slice(from, from + 50).map((sku) => reserved(sku)));
    }
    await sagas.settled();

    const streamId = `saga-${sagaId}`;
    const [fast, slow] = [await open(true).load(streamId), await open(false).load(streamId)];
    expect(fast.state).toEqual(slow.state);
    expect(fast.version).toBeGreaterThan(1_000);
    expect(fast.cost.roundTrips).toBe(1);
    expect(slow.cost.roundTrips).toBe(2);
  });
});
