import { isContainerError, type VirtualRuntime } from '@daybook/ports';
import { calm, type Profile } from './options.ts';
import { SimProcess } from './process.ts';
import { World } from './world.ts';

const worldOf = (profile: Partial<Profile> = {}): World =>
  new World({ seed: 1, profile: () => ({ ...calm, ...profile }) });
const processOf = (world: World): SimProcess => {
  const process = new SimProcess(world, 'order', 'order-1', 1);
  world.processes.add(process);
  return process;
};
const write = (process: SimProcess, id: string) =>
  process.container('order-read-models').batch(id, [{ kind: 'create', document: { id } }]);
const isThere = async (world: World, id: string): Promise<boolean> =>
  (await world.containers.get('order-read-models')?.read(id, id))?.document !== undefined;
const settled = async (runtime: VirtualRuntime, work: Promise<unknown>): Promise<string> => {
  let state = 'open';
  work.then(
    () => (state = 'done'),
    () => (state = 'failed'),
  );
  await runtime.advance(60_000);
  return state;
};

describe('a simulated process', () => {
  it('does nothing any more once it is dead', async () => {
    const world = worldOf();
    const process = processOf(world);
    void process.die();
    expect(await settled(world.runtime, write(process, 'a'))).toBe('open');
    expect(await isThere(world, 'a')).toBe(false);
  });

  it('does not hear how it ended what was on the wire when it died', async () => {
    const world = worldOf();
    const process = processOf(world);
    const written = write(process, 'a');
    await world.runtime.advance(0);
    void process.die();
    await settled(world.runtime, written);
    expect(await isThere(world, 'a')).toBe(true);
  });

  it('stands still, and goes on as if nothing had been', async () => {
    const world = worldOf();
    const process = processOf(world);
    process.freeze();
    const written = write(process, 'a');
    expect(await settled(world.runtime, written)).toBe('open');
    process.thaw();
    expect(await settled(world.runtime, written)).toBe('done');
    expect(await isThere(world, 'a')).toBe(true);
  });

  it('has a clock of its own that steps', () => {
    const world = worldOf();
    const process = processOf(world);
    process.stepClock(-5_000);
    expect(process.runtime.now()).toBe(world.runtime.now() - 5_000);
  });

  it('meets faults of every kind; only where the answer was lost has something been done', async () => {
    const world = worldOf({ callFaults: 1, faultsUntilMs: 10_000_000 });
    const process = processOf(world);
    for (let n = 0; n < 40; n += 1) {
      const lostBefore = world.tally.get('fault answer lost');
      const error = write(process, `d${n}`).catch((caught: unknown) => caught);
      await world.runtime.advance(1_000);
      expect(isContainerError(await error)).toBe(true);
      expect(await isThere(world, `d${n}`)).toBe(world.tally.get('fault answer lost') > lostBefore);
    }
    for (const fault of ['before', 'throttled', 'request lost', 'answer lost']) {
      expect(world.tally.get(`fault ${fault}`)).toBeGreaterThan(0);
    }
  });
});
