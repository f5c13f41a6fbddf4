import { type BatchOutcome, type Container, ContainerError, type Operation } from '@daybook/ports';
import type { SimProcess } from './process.ts';

type Fault = 'before' | 'throttled' | 'request lost' | 'answer lost';

/** A container as one process sees it: with delays and faults, and only as long as it lives. */
export function processContainer(process: SimProcess, base: Container): Container {
  const { world } = process;
  const { name } = base;
  const blind = world.mutation === 'blind-write' && world.isEvents(name);

  const call = async <R>(isWrite: boolean, execute: () => Promise<R>): Promise<R> => {
    await process.pass();
    await delay(process);
    const fault = faultOf(process, isWrite);
    if (fault === 'before') throw new ContainerError('unavailable', name, 'not reachable (seeded)');
    if (fault === 'throttled') throw new ContainerError('throttled', name, 'too many (seeded)', { retryAfterMs: 20 });
    if (fault === 'request lost') throw new ContainerError('outcome-unknown', name, 'no answer (seeded: not done)');
    const result = await execute();
    await delay(process);
    await process.pass();
    if (fault === 'answer lost') {
      const code = isWrite ? 'outcome-unknown' : 'unavailable';
      throw new ContainerError(code, name, 'no answer (seeded: done)');
    }
    return result;
  };

  const execute = async (key: string, operations: readonly Operation[]): Promise<BatchOutcome> => {
    const outcome = await base.batch(key, blind ? operations.flatMap(withoutGuard) : operations);
    if (outcome.applied) {
      const written = outcome.results.flatMap(({ status, document }) => (status === 201 ? [document!] : []));
      if (blind)
        world.wrote(
          name,
          outcome.results.flatMap(({ document }) => document ?? []),
        );
      else if (written.length > 0) world.wrote(name, written);
    } else if (world.isEvents(name)) world.tally.add('append conflicts');
    else if (world.isLease(name) && process.wasZombie) world.tally.add('zombies fenced');
    return outcome;
  };

  return {
    name,
    batch(key, operations) {
      if (operations.every(({ kind }) => kind === 'read')) return call(false, () => base.batch(key, operations));
      const what = (): string => `${operations.at(-1)?.kind} in ${name} ${key} by ${process.instance}`;
      const run = (): Promise<BatchOutcome> => execute(key, operations);
      return call(true, () => world.effect(process, what, !world.isLease(name), run));
    },
    read: (key, id) => call(false, () => base.read(key, id)),
    query: (query) => call(false, () => base.query(query)),
    feedRanges: () => base.feedRanges(),
    feedPage: (request) => call(false, () => base.feedPage(request)),
  };
}

/** The mutation that writes without looking at what is there. */
function withoutGuard(operation: Operation): readonly Operation[] {
  if (operation.kind === 'read') return [];
  return operation.kind === 'create' ? [{ kind: 'upsert', document: operation.document }] : [operation];
}

/** What is slow lets others go first; once in a while for long. */
export function delay({ world }: SimProcess): Promise<void> | undefined {
  const { random, runtime, profile } = world;
  const drawn = random();
  if (drawn >= 0.1) return undefined;
  if (world.faulty && drawn < profile.delays) {
    world.tally.add('fault delay');
    return runtime.sleep(random() < 0.1 ? random() * 4_000 : random() * 300);
  }
  return runtime.sleep(1 + random() * 8);
}

function faultOf({ world }: SimProcess, isWrite: boolean): Fault | undefined {
  const { callFaults } = world.profile;
  if (callFaults === 0 || !world.faulty || world.random() >= callFaults) return undefined;
  const faults: readonly Fault[] = isWrite
    ? ['before', 'throttled', 'request lost', 'answer lost', 'answer lost']
    : ['before', 'throttled'];
  const fault = faults[Math.floor(world.random() * faults.length)] ?? 'before';
  world.tally.add(`fault ${fault}`);
  return fault;
}
