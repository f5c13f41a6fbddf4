import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartRefused } from '../refusal.ts';
import { logPath, logTail } from './log-file.ts';
import type { ProcessSpec } from './process-spec.ts';
import { isReady } from './readiness.ts';
import { describeEnd, spawnProcess } from './spawn.ts';
import type { Surroundings } from './spawn.ts';

const readyTimeoutMs = 60_000;
const readyPollMs = 40;
/** So often may a process die before it was ever ready, until the start of the whole is given up. */
const failedStartsMax = 3;
const stopTimeoutMsDefault = 5_000;
const tailLines = 30;

/** A process that is started again when it dies, until it is told to stop. */
export interface ManagedProcess {
  readonly spec: ProcessSpec;
  /** Undefined while it does not run. */
  readonly pid: number | undefined;
  /** How often it was started after the first time. */
  readonly restarts: number;
  /** Starts it. Resolves when it is ready (readiness `exit`: when it has succeeded); refuses with `start-failed` or `start-cancelled`. */
  start(): Promise<void>;
  /** Asks it to end, kills it when it takes longer than it may. Resolves when it is gone; repeatable. */
  stop(): Promise<void>;
}

export function manageProcess(
  spec: ProcessSpec,
  around: Surroundings,
  /** Told when it was started again and is ready. */
  revived: () => void = () => {},
): ManagedProcess {
  let child: ChildProcess | undefined;
  let ended = Promise.resolve();
  let stopping = false;
  let wasReady = false;
  let failuresInRow = 0;
  let starts = 0;
  let lastEnd = '';
  let pause: NodeJS.Timeout | undefined;

  function launch(): void {
    const began = performance.now();
    const current = spawnProcess(spec, around);
    child = current;
    starts += 1;
    ended = new Promise((resolve) => {
      const over = (how: string) => (): void => {
        if (child !== current) return;
        child = undefined;
        lastEnd = how;
        resolve();
        around.changed();
        if (spec.ready.kind !== 'exit') died(performance.now() - began);
      };
      current.once('exit', (code, signal) => over(describeEnd(code, signal))());
      current.once('error', (error) => over(error.message)());
    });
    around.changed();
  }

  function died(ranMs: number): void {
    failuresInRow = ranMs >= around.pauses.stableMs ? 1 : failuresInRow + 1;
    if (stopping) return;
    if (!around.restarts) {
      around.log(`${spec.name} has ended (${lastEnd}) and stays down`);
      return;
    }
    const pauseMs = Math.min(around.pauses.firstMs * 2 ** Math.min(failuresInRow - 1, 20), around.pauses.maxMs);
    around.log(
      `${spec.name} has ended (${lastEnd}); starting it again in ${pauseMs / 1_000} s (log: ${logPath(around.logFolder, spec.name)})`,
    );
    pause = setTimeout(() => {
      launch();
      if (wasReady) void announceReturn();
    }, pauseMs);
  }

  async function announceReturn(): Promise<void> {
    const mine = starts;
    while (!stopping && starts === mine && child !== undefined) {
      if (spec.ready.kind !== 'exit' && (await isReady(spec.ready)) && starts === mine && child !== undefined) {
        around.log(`${spec.name} is back (process ${child.pid})`);
        revived();
        return;
      }
      await sleep(readyPollMs);
    }
  }

  async function becomeReady(ready: Exclude<ProcessSpec['ready'], { kind: 'exit' }>): Promise<void> {
    const deadline = performance.now() + readyTimeoutMs;
    for (;;) {
      if (stopping) throw cancelled();
      if (child !== undefined && (await isReady(ready)) && child !== undefined) break;
      if (stopping) throw cancelled();
      if (failuresInRow >= failedStartsMax || (child === undefined && !around.restarts)) throw failed(lastEnd);
      if (performance.now() > deadline) throw failed(`not ready after ${readyTimeoutMs / 1_000} s`);
      await sleep(readyPollMs);
    }
    wasReady = true;
  }

  async function succeed(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      if (stopping) throw cancelled();
      launch();
      await ended;
      if (stopping) throw cancelled();
      if (lastEnd === describeEnd(0, null)) return;
      if (attempt === failedStartsMax) throw failed(lastEnd);
      await sleep(around.pauses.firstMs * attempt);
    }
  }

  const cancelled = (): StartRefused => new StartRefused('start-cancelled', `${spec.name} was stopped while starting.`);

  const failed = (how: string): StartRefused => {
    const tail = logTail(around.logFolder, spec.name, tailLines).map((line) => `  | ${line}`);
    const log = logPath(around.logFolder, spec.name);
    return new StartRefused(
      'start-failed',
      [`${spec.name} did not start (${how}). The end of ${log}:`, ...tail].join('\n'),
    );
  };

  return {
    spec,
    get pid() {
      return child?.pid;
    },
    get restarts() {
      return Math.max(0, starts - 1);
    },
    async start() {
      stopping = false;
      if (spec.ready.kind === 'exit') return succeed();
      clearTimeout(pause);
      failuresInRow = 0;
      if (child === undefined) launch();
      return becomeReady(spec.ready);
    },
    async stop() {
      stopping = true;
      clearTimeout(pause);
      const current = child;
      if (current === undefined) return;
      current.kill('SIGTERM');
      const killer = setTimeout(() => current.kill('SIGKILL'), spec.stopTimeoutMs ?? stopTimeoutMsDefault);
      await ended;
      clearTimeout(killer);
    },
  };
}
