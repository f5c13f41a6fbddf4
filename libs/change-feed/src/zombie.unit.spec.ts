import { type Container, type Document, type Stored, memoryContainer } from '@daybook/ports';
import fc from 'fast-check';
import type { KeyHandler } from './feed-options.ts';
import type { SimulatedProcess } from './test-support/process.ts';
import { type Entry, type Instance, type World, createWorld } from './test-support/world.ts';

interface Counted extends Document {
  readonly version: number;
  readonly counted: number;
}

/** A read model as read models are kept: the version says what it has seen, the etag that nobody else has written since. */
function createReadModel(world: World) {
  const { runtime } = world;
  const stored = memoryContainer<Counted>({ name: 'read-model', runtime, partitionKey: ({ id }) => id });
  const refused: string[] = [];

  const count = async (container: Container<Counted>, { key, n }: Stored<Entry>): Promise<void> => {
    const before = (await container.read(key, key)).document;
    if (n <= (before?.version ?? 0)) return;
    if (n > (before?.version ?? 0) + 1) throw new Error(`${key}: ${n} after ${before?.version}`);
    const document: Counted = { id: key, version: n, counted: (before?.counted ?? 0) + 1 };
    const outcome = await container.batch(key, [
      before === undefined ? { kind: 'create', document } : { kind: 'replace', document, ifMatch: before._etag },
    ]);
    if (outcome.applied) return;
    refused.push(key);
    throw new Error('written by another meanwhile');
  };
  return {
    refused,
    get: async (key: string) => (await stored.read(key, key)).document,
    /** A handler of one process, whose calls stop and die with it. */
    handlerOf(process: () => SimulatedProcess, name: string): KeyHandler<Entry> {
      return async (documents) => {
        const container = process().container(stored);
        for (const document of documents) {
          await count(container, document);
          world.deliver(name, [document]);
        }
      };
    },
  };
}

function beginCounting(world: World, readModel: ReturnType<typeof createReadModel>, name: string): Instance {
  const begun: Instance = world.begin(name, { handleKey: readModel.handlerOf(() => begun.process, name) });
  return begun;
}

it('a zombie that wakes in the midst of its work changes no lease, no checkpoint and no read model', async () => {
  let refusals = 0;
  for (let step = 0; step < 120; step += 1) {
    const world = createWorld({ ranges: 2, seed: step + 1 });
    const readModel = createReadModel(world);
    const zombie = beginCounting(world, readModel, 'zombie');
    for (const key of ['a', 'b', 'c']) await world.append(key, 3);
    await world.runtime.advance(step);
    zombie.process.freeze();
    beginCounting(world, readModel, 'heir');
    expect(await world.runtime.advanceUntil(world.complete, 30_000)).toBe(true);
    await world.runtime.advance(12_000);
    const leases = await world.leaseDocuments();
    expect(leases.map(({ owner }) => owner)).toEqual(['heir', 'heir']);
    const written = world.leaseWrites.length;

    zombie.process.thaw();
    await world.runtime.advance(100);
    // Whatever the zombie had in hand, no lease and no checkpoint is another than the heir's.
    for (const { owner, wantedBy, continuation, id } of world.leaseWrites.slice(written)) {
      // It may ask for its part again, as anybody who has too few.
      expect([owner ?? 'heir', wantedBy ?? 'zombie']).toEqual(['heir', 'zombie']);
      expect(Number(continuation)).toBeGreaterThanOrEqual(Number(leases.find((each) => each.id === id)?.continuation));
    }
    await world.runtime.advance(10_000);
    for (const key of ['a', 'b', 'c']) expect(await readModel.get(key)).toMatchObject({ version: 3, counted: 3 });
    refusals += readModel.refused.length;
  }
  // It did try.
  expect(refusals).toBeGreaterThan(5);
});

it('a handler sees at once, before anything could have told it, that its range may be another instance’s', async () => {
  const world = createWorld({ ranges: 1 });
  const seen: (readonly [boolean, boolean])[] = [];
  const zombie: Instance = world.begin('zombie', {
    async handleKey(_documents, { isHeld, signal }) {
      for (let n = 0; n < 3; n += 1) {
        await zombie.process.runtime.sleep(400);
        seen.push([isHeld(), signal.aborted]);
      }
    },
  });
  await world.append('a');
  await world.runtime.advance(700);
  zombie.process.freeze();
  await world.runtime.advance(20_000);
  zombie.process.thaw();
  await world.runtime.advance(0);
  expect(seen).toEqual([
    [true, false],
    [false, false],
  ]);
});

it('a zombie parks nothing: whoever has the range by now finds out for itself what cannot be handled', async () => {
  const world = createWorld({ ranges: 1 });
  const parked: string[] = [];
  const begin = (name: string): Instance => {
    const begun: Instance = world.begin(name, {
      async handleKey() {
        await begun.process.runtime.sleep(400);
        throw new Error('cannot');
      },
      limits: { maxAttempts: 1 },
      with: { onPoison: async () => void parked.push(name) },
    });
    return begun;
  };
  const zombie = begin('zombie');
  await world.append('a');
  await world.runtime.advance(200);
  zombie.process.freeze();
  begin('heir');
  await world.runtime.advance(20_000);
  expect(parked).toEqual(['heir']);
  zombie.process.thaw();
  await world.runtime.advance(20_000);
  expect(parked).toEqual(['heir']);
});

it('read models count every document once, however instances freeze, wake and die', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 2 ** 30 }),
      fc.array(
        fc.record({
          do: fc.constantFrom('append', 'append', 'append', 'join', 'freeze', 'freeze', 'thaw', 'kill'),
          which: fc.nat(4),
          pauseMs: fc.constantFrom(0, 3, 20, 400, 2_500, 7_000),
        }),
        { minLength: 5, maxLength: 30 },
      ),
      async (seed, changes) => {
        const world = createWorld({ seed, ranges: 2 });
        const readModel = createReadModel(world);
        const instances = [beginCounting(world, readModel, 'i')];
        const counts = new Map<string, number>();
        for (const [index, { do: what, which, pauseMs }] of changes.entries()) {
          const { process } = instances[which % instances.length]!;
          if (what === 'append') {
            await world.append(`k${which}`, 1 + (which % 3));
            counts.set(`k${which}`, (counts.get(`k${which}`) ?? 0) + 1 + (which % 3));
          } else if (what === 'join') instances.push(beginCounting(world, readModel, `i${index}`));
          else process[what]();
          await world.runtime.advance(pauseMs);
        }
        beginCounting(world, readModel, 'last');
        for (const { process } of instances) process.thaw();
        await world.runtime.advance(60_000);
        for (const [key, count] of counts) {
          expect(await readModel.get(key)).toMatchObject({ version: count, counted: count });
        }
      },
    ),
    { numRuns: 100 },
  );
});
