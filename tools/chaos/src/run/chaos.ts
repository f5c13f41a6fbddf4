import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { serviceNames } from '@daybook/contracts';
import { startSystem, type System } from '@daybook/local';
import type { ShopUrls } from '@daybook/replay';
import { createEmulatorFaults } from '../faults/emulator-faults.ts';
import { describeFault, type FaultKind } from '../faults/fault.ts';
import { createInjector } from '../faults/injector.ts';
import { type Planned, planFaults } from '../faults/schedule.ts';
import { crashIn } from './crash.ts';
import { createLinks, linkNames, type Links } from './links.ts';
import type { RunFacts } from './report.ts';
import { type Trace, traceTo } from './trace.ts';
import { verifySettled } from './verification.ts';
import type { Workload } from './workload.ts';

export interface ChaosOptions {
  /** Where data, logs, trace and the output of verification go: an empty folder. */
  readonly folder: string;
  readonly seed: number;
  /** How long faults may come, in milliseconds. */
  readonly forMs: number;
  /** The mean time between two faults, in milliseconds. */
  readonly everyMs: number;
  readonly kinds: readonly FaultKind[];
  /** Processes of each service. */
  readonly instances: number;
  readonly workload: (urls: ShopUrls) => Workload;
  /** Told once a second how it goes. */
  readonly onProgress: (line: string) => void;
  readonly signal: AbortSignal;
}

const storeProcesses = ['cosmos-emulator', 'event-hubs-emulator', 'azurite'] as const;
const calmMayTakeMs = 30_000;

/** The schedule of a run: pure, and the same for the same options. */
export function planOf(
  options: Pick<ChaosOptions, 'seed' | 'forMs' | 'everyMs' | 'kinds' | 'instances'>,
): readonly Planned[] {
  const names = Array.from({ length: options.instances }, (_, index) => index).flatMap((index) =>
    serviceNames.map((service) => (index === 0 ? service : `${service}-${index}`)),
  );
  return planFaults({ ...options, processes: [...names, ...storeProcesses], links: linkNames(names) });
}

/** Starts a system, lets orders flow under faults, waits until all is quiet, and looks at everything. Nothing is left running. */
export async function runChaos(options: ChaosOptions): Promise<RunFacts> {
  const { folder, signal } = options;
  mkdirSync(folder, { recursive: true });
  const trace = traceTo(join(folder, 'trace.jsonl'));
  const links = createLinks();
  const crashes: string[] = [];
  let system: System | undefined;
  try {
    system = await startSystem({
      dataFolder: join(folder, 'data'),
      ...{ instances: options.instances, admin: true, command: 'npm run chaos', signal },
      instanceEnv: links.ofInstance,
      log: (message) => {
        trace.write('supervisor', { message });
        crashes.push(...[crashIn(message)].filter((crash) => crash !== undefined));
      },
    });
    return await underFaults({ system, links, trace, crashes }, options);
  } finally {
    await system?.stop();
    await links.close();
  }
}

interface Scene {
  readonly system: System;
  readonly links: Links;
  readonly trace: Trace;
  /** Processes that ended by themselves, so far. */
  readonly crashes: readonly string[];
}

async function underFaults({ system, links, trace, crashes }: Scene, options: ChaosOptions): Promise<RunFacts> {
  const { folder, seed, signal, kinds } = options;
  const workload = options.workload(await links.ofClients(system.settings));
  await untilAborted(workload.prepare(), signal);

  const { cosmos = 0, eventHubs = 0 } = system.settings.adminPorts ?? {};
  const emulators = {
    cosmos: createEmulatorFaults(`http://127.0.0.1:${cosmos}`, seed),
    eventHubs: createEmulatorFaults(`http://127.0.0.1:${eventHubs}`, seed),
  };
  const stopEmulators = async (limitMs: number): Promise<boolean> => {
    const stopped = await Promise.all(Object.values(emulators).map((emulator) => emulator.stop(limitMs)));
    return stopped.every(Boolean);
  };
  const faultsStop = new AbortController();
  let faultsSoFar = 0;
  let latest = '';
  const injector = createInjector({ process: system.process, links: links.proxies, emulators }, (what, fault) => {
    trace.write(`fault ${what}`, { fault });
    if (what === 'begins') faultsSoFar += 1;
    if (what === 'begins') latest = describeFault(fault);
  });
  trace.write('orders begin to flow');
  const began = performance.now();
  workload.start();
  const progress = setInterval(() => {
    const elapsed = `${Math.round((performance.now() - began) / 1_000)} of ${options.forMs / 1_000} s`;
    options.onProgress(
      `${elapsed}: ${workload.orders()} orders ended, ${workload.underWay()} under way, ${faultsSoFar} faults; ${latest}`,
    );
  }, 1_000);
  try {
    const injecting = injector.run(planOf(options), AbortSignal.any([signal, faultsStop.signal]));
    await Promise.race([injecting, workload.through]);
    faultsStop.abort();
    await injecting;
    const calm = await stopEmulators(calmMayTakeMs);
    const quietSince = performance.now();
    trace.write('faults are over', { faults: injector.counts(), underWay: workload.underWay() });
    latest = 'faults are over';
    await untilAborted(workload.settle(), signal);
    const recoveryMs = performance.now() - quietSince;
    trace.write('orders are over', { recoveryMs, outcomes: workload.outcomes() });
    const violations = [
      ...crashes,
      ...(calm ? [] : ['an emulator could not be told to stop its faults']),
      ...(await untilAborted(workload.violations(), signal)),
      ...(await verifySettled(system.env, join(folder, 'verify.txt'), workload.orders(), signal)),
    ];
    for (const violation of violations) trace.write('violation', { violation });
    return {
      ...{ flowMs: quietSince - began, orders: workload.orders(), outcomes: workload.outcomes() },
      ...{ longestStall: workload.longestStall(), recoveryMs, faults: injector.counts(), kinds, violations },
    };
  } finally {
    clearInterval(progress);
    faultsStop.abort();
    await stopEmulators(0);
  }
}

/** Ends waiting when the signal comes. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
