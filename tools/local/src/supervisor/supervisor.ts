import { setTimeout as sleep } from 'node:timers/promises';
import { StartRefused } from '../refusal.ts';
import { manageProcess } from './managed-process.ts';
import type { ManagedProcess } from './managed-process.ts';
import type { ProcessSpec } from './process-spec.ts';
import type { Surroundings } from './spawn.ts';

/** Runs a list of processes as one system. */
export interface Supervisor {
  readonly processes: readonly ManagedProcess[];
  /** Starts stage after stage. Where one refuses, all are stopped and the refusal is thrown. */
  start(): Promise<void>;
  /** Stops stage after stage in reverse order. Calling it again, however often, is the same stop. */
  stop(): Promise<void>;
}

export function supervise(specs: readonly ProcessSpec[], around: Surroundings): Supervisor {
  const processes = specs.map((spec) => manageProcess(spec, around, () => runAgainAfter(spec.name)));
  const stages = [...new Set(specs.map((spec) => spec.stage))]
    .sort((a, b) => a - b)
    .map((stage) => processes.filter((process) => process.spec.stage === stage));
  let stopped: Promise<void> | undefined;

  const running = new Set<ManagedProcess>();
  const due = new Set<ManagedProcess>();

  /** For what a process may have forgotten by dying. One that runs at this moment may have begun too early: it is run once more. */
  function runAgainAfter(name: string): void {
    for (const process of processes) {
      if (process.spec.againAfter?.includes(name) !== true) continue;
      due.add(process);
      void runDue(process);
    }
  }

  /** Until it succeeds: what it needs may itself be away for a while. */
  async function runDue(process: ManagedProcess): Promise<void> {
    if (running.has(process)) return;
    running.add(process);
    while (stopped === undefined && due.delete(process)) {
      try {
        await process.start();
      } catch (error) {
        if (stopped !== undefined) break;
        around.log(`${error instanceof Error ? error.message : String(error)}\nTrying again.`);
        due.add(process);
        await sleep(around.pauses.maxMs, undefined, { ref: false });
      }
    }
    running.delete(process);
  }

  async function startFirst(process: ManagedProcess, stage: readonly ManagedProcess[]): Promise<void> {
    running.add(process);
    await startOrStopStage(process, stage).finally(() => running.delete(process));
    if (due.has(process)) await runDue(process);
  }

  async function stopInOrder(): Promise<void> {
    for (const stage of stages.toReversed()) await Promise.all(stage.map((process) => process.stop()));
  }

  return {
    processes,
    async start() {
      try {
        for (const stage of stages) {
          if (stopped !== undefined) throw new StartRefused('start-cancelled', 'Stopped while starting.');
          const outcomes = await Promise.allSettled(stage.map((process) => startFirst(process, stage)));
          const failures = outcomes
            .filter((outcome) => outcome.status === 'rejected')
            .map(({ reason }) => reason as Error);
          // The others of the stage were cancelled because of the first that failed.
          const cause = failures.find((error) => !('code' in error && error.code === 'start-cancelled')) ?? failures[0];
          if (cause !== undefined) throw cause;
        }
      } catch (error) {
        await this.stop();
        throw error;
      }
    },
    stop() {
      stopped ??= stopInOrder();
      return stopped;
    },
  };
}

async function startOrStopStage(process: ManagedProcess, stage: readonly ManagedProcess[]): Promise<void> {
  try {
    await process.start();
  } catch (error) {
    await Promise.all(stage.map((other) => other.stop()));
    throw error;
  }
}
