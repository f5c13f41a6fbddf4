import { type Container, virtualRuntime, type VirtualRuntime } from '@daybook/ports';
import { historyOf, input, instance, timersContainer, sagasContainer } from '../testing/embedded.ts';
import { submitted } from '../testing/sample-saga.ts';
import { timerDocument, timerPartition } from './timer-index.ts';
import { timerProjection, writeTimers } from './timer-projection.ts';
import { createTimerWorker, type TimerWorker } from './timer-worker.ts';

const sagaId = 'Sample:o1';
const streamId = `saga-${sagaId}`;
const start = input('e1', 'OrderSubmitted', 'http:1', submitted('o1', 'a', 'b'));
const reserved = (sku: string) => input(`reserved-${sku}`, 'StockReserved', `${sagaId}/reserve/${sku}/do/0`, {});
const cancelled = input('e2', 'OrderCancelled', 'http:2', { orderId: 'o1' });
const released = (sku: string) =>
  input(`released-${sku}`, 'StockReservationReleased', `${sagaId}/reserve/${sku}/undo/0`, {});

interface World {
  readonly runtime: VirtualRuntime;
  readonly sagas: Container;
  readonly index: Container;
  readonly runner: ReturnType<typeof instance>['runner'];
  /** Gives the projection a part of the stream, as the change feed does. */
  project(afterVersion?: number, upTo?: number): Promise<void>;
  indexed(): Promise<Record<string, unknown> | undefined>;
  worker(): TimerWorker;
}

function world(): World {
  const runtime = virtualRuntime();
  const sagas = sagasContainer(runtime);
  const index = timersContainer(runtime);
  const { runner } = instance(runtime, sagas);
  const handle = timerProjection({ container: index });
  const signal = new AbortController().signal;
  return {
    runtime,
    sagas,
    index,
    runner,
    async project(afterVersion = 0, upTo = 1_000) {
      const events = (await historyOf(sagas, sagaId)).filter(
        ({ version }) => version > afterVersion && version <= upTo,
      );
      const context = { rangeId: '0', attempt: 1, signal, isHeld: () => true, key: streamId };
      await handle(events, context);
    },
    async indexed() {
      return (await index.read(timerPartition(streamId), streamId)).document;
    },
    worker: () => createTimerWorker({ container: index, runtime, fire: runner.fireTimer, pollMs: 100 }),
  };
}

describe('the index of timers', () => {
  it('keeps the current timer of a saga, and nothing once there is none', async () => {
    const { runner, project, indexed } = world();
    await runner.handleInput(start);
    await project();
    const timer = { timerId: `${sagaId}/timer/1`, dueAt: '2010-12-01T00:00:01.000Z' };
    expect(await indexed()).toMatchObject({ sagaId, timers: [timer], dueAt: timer.dueAt, streamVersion: 4 });
    await runner.handleInput(reserved('a'));
    await runner.handleInput(reserved('b'));
    await project();
    expect(await indexed()).toBeUndefined();
  });

  it('is the same after any part of the stream was given again', async () => {
    const { runner, project, indexed } = world();
    await runner.handleInput(start);
    await project();
    await runner.handleInput(cancelled);
    await project(4);
    const before = await indexed();
    await project();
    await project(0, 4);
    await project(2, 6);
    expect(await indexed()).toEqual(before);
  });

  it('forgets the timers of a saga that is over', async () => {
    const { runner, project, indexed } = world();
    for (const each of [start, cancelled, released('a'), released('b')]) await runner.handleInput(each);
    await project();
    expect(await indexed()).toBeUndefined();
  });
});

describe('the timer worker', () => {
  it('fires what is due, once, with two instances at it, and then the next', async () => {
    const { runtime, runner, project, indexed, worker, sagas } = world();
    await runner.handleInput(start);
    await project();
    const workers = [worker(), worker()];
    for (const each of workers) each.start();
    await runtime.advance(900);
    expect(await indexed()).toBeDefined();
    await runtime.advance(300);
    expect(await indexed()).toBeUndefined();
    await project();
    expect(await indexed()).toMatchObject({ timers: [{ timerId: `${sagaId}/timer/2` }] });
    await runtime.advance(5_000);
    await Promise.all(workers.map((each) => each.stop()));
    const fired = (await historyOf(sagas, sagaId)).filter((event) => event.type === 'TimerFired');
    expect(fired.map((event) => event.data['timerId'])).toEqual([`${sagaId}/timer/1`, `${sagaId}/timer/2`]);
  });

  it('settles an entry that came back from an old page', async () => {
    const { runtime, runner, project, indexed, worker } = world();
    for (const each of [start, cancelled, released('a'), released('b')]) await runner.handleInput(each);
    await project(0, 4);
    expect(await indexed()).toBeDefined();
    await runtime.advance(2_000);
    expect(await worker().runOnce()).toBe(1);
    expect(await indexed()).toBeUndefined();
    await project(0, 4);
    expect(await worker().runOnce()).toBe(1);
    expect(await indexed()).toBeUndefined();
  });

  it('tells when it last looked: not while the index cannot be read', async () => {
    const { runtime, index, runner } = world();
    let away = false;
    const container: Container = {
      ...index,
      query: (query) => (away ? Promise.reject(new Error('away')) : index.query(query)),
    };
    const looking = createTimerWorker({ container, runtime, fire: runner.fireTimer, pollMs: 100 });
    looking.start();
    await runtime.advance(10_000);
    expect(runtime.now() - looking.lookedAtMs()).toBeLessThanOrEqual(100);
    away = true;
    await runtime.advance(10_000);
    expect(runtime.now() - looking.lookedAtMs()).toBeGreaterThanOrEqual(9_900);
    await looking.stop();
  });

  it('keeps what could not be fired, and goes on', async () => {
    const { runtime, runner, project, indexed, index } = world();
    await runner.handleInput(start);
    await project();
    await runtime.advance(2_000);
    const errors: unknown[] = [];
    let broken = true;
    const fire = async (id: string, timerId: string) => {
      if (broken) throw new Error('the database is away');
      return runner.fireTimer(id, timerId);
    };
    const worker = createTimerWorker({ container: index, runtime, fire, onError: (error) => errors.push(error) });
    expect(await worker.runOnce()).toBe(0);
    expect(errors).toHaveLength(1);
    expect(await indexed()).toBeDefined();
    broken = false;
    expect(await worker.runOnce()).toBe(0);
    await runtime.advance(1_000);
    expect(await worker.runOnce()).toBe(1);
    expect(await indexed()).toBeUndefined();
  });

  describe('where many timers keep failing', () => {
    const many = 480;

    async function failing(timersOfGood: number) {
      const { runtime, index } = world();
      const add = async (id: string, dueAt: string) => {
        const timers = [{ timerId: `${id}/timer/1`, dueAt }];
        expect(await writeTimers(index, undefined, `saga-${id}`, timerDocument(`saga-${id}`, 1, timers))).toBe(true);
      };
      for (let n = 0; n < many; n += 1) await add(`Bad:${n}`, '2010-12-01T00:00:00.000Z');
      for (let n = 0; n < timersOfGood; n += 1) await add(`Good:${n}`, '2010-12-01T00:00:01.000Z');
      await runtime.advance(2_000);
      const tried: string[] = [];
      const fire = async (id: string) => {
        tried.push(id);
        if (id.startsWith('Bad:')) throw new Error('cannot be decided');
        return 'recorded' as const;
      };
      const worker = createTimerWorker({ container: index, runtime, fire, batchMax: 10, pollMs: 500 });
      return { runtime, worker, tried };
    }

    it('fires the good one behind them in the same look', async () => {
      const { worker, tried } = await failing(1);
      expect(await worker.runOnce()).toBe(1);
      expect(tried).toHaveLength(many + 1);
    });

    it('tries each once in a look, and less and less often', async () => {
      const { runtime, worker, tried } = await failing(30);
      worker.start();
      await runtime.advance(120_000);
      await worker.stop();
      expect(tried.filter((id) => id.startsWith('Good:'))).toHaveLength(30);
      // After 0, 1, 3, 7, 15, 31, 61, 91 s.
      const times = tried.filter((id) => id === 'Bad:0').length;
      expect(times).toBeGreaterThanOrEqual(6);
      expect(times).toBeLessThanOrEqual(8);
    });
  });
});
