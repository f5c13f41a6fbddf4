import { setTimeout as sleep } from 'node:timers/promises';
import type { ManagedProcess } from '@daybook/local';
import type { TcpProxy } from '../proxy/tcp-proxy.ts';
import type { EmulatorFaults } from './emulator-faults.ts';
import { durationMs, type EmulatorName, type Fault, type FaultKind } from './fault.ts';
import { freeze } from './freeze.ts';
import type { Planned } from './schedule.ts';

/** What faults are done to. */
export interface Targets {
  process(name: string): ManagedProcess;
  readonly links: ReadonlyMap<string, TcpProxy>;
  readonly emulators: Readonly<Record<EmulatorName, EmulatorFaults>>;
}

export interface Injector {
  /** Does every fault at its time. Resolves when the last has ended, or soon after the signal, with all of them ended. */
  run(planned: readonly Planned[], signal: AbortSignal): Promise<void>;
  /** How often each kind befell the system: processes killed and frozen, requests and links that met it. */
  counts(): Readonly<Partial<Record<FaultKind, number>>>;
}

/** Told of everything that is done, as it is done. `missed`: there was nothing it could be done to. */
export type OnFault = (what: 'begins' | 'ends' | 'missed', fault: Fault) => void;

/** A process that was killed a moment before is back soon. */
const processMayTakeMs = 3_000;

export function createInjector(targets: Targets, onFault: OnFault): Injector {
  const counted = new Map<FaultKind, number>();
  const add = (kind: FaultKind, times = 1): void => void counted.set(kind, (counted.get(kind) ?? 0) + times);

  /** Begins it; what is returned ends it. Undefined: it missed. */
  const begin = async (fault: Fault): Promise<(() => void) | undefined> => {
    if (fault.kind === 'kill' || fault.kind === 'freeze') {
      const target = targets.process(fault.process);
      const pid = await pidOf(target);
      if (pid === undefined) return undefined;
      add(fault.kind);
      if (fault.kind === 'freeze') return freeze(pid, fault.forMs);
      process.kill(pid, 'SIGKILL');
      return () => undefined;
    }
    if ('emulator' in fault) return targets.emulators[fault.emulator].begin(fault.kind, fault.rule);
    const end = targets.links.get(fault.link)?.begin(fault.does);
    if (end === undefined) throw new RangeError(`There is no link ${fault.link}`);
    return () => {
      // One that no byte met was none.
      if (end() > 0) add(fault.kind);
    };
  };
  const suffer = async (fault: Fault, signal: AbortSignal): Promise<void> => {
    const end = await begin(fault);
    onFault(end === undefined ? 'missed' : 'begins', fault);
    if (end === undefined) return;
    await pause(durationMs(fault), signal);
    end();
    if (durationMs(fault) > 0) onFault('ends', fault);
  };
  return {
    async run(planned, signal) {
      const began = performance.now();
      const underWay: Promise<void>[] = [];
      for (const { atMs, fault } of planned) {
        await pause(began + atMs - performance.now(), signal);
        if (signal.aborted) break;
        underWay.push(suffer(fault, signal));
      }
      await Promise.all(underWay);
    },
    counts: () => ({
      ...Object.fromEntries(counted),
      ...Object.assign({}, ...Object.values(targets.emulators).map((emulator) => emulator.counts())),
    }),
  };
}

async function pidOf(target: ManagedProcess): Promise<number | undefined> {
  const deadline = performance.now() + processMayTakeMs;
  while (target.pid === undefined && performance.now() < deadline) await sleep(50);
  return target.pid;
}

/** Sleeps, and wakes at the signal. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(Math.max(0, ms), undefined, { signal }).catch(() => undefined);
