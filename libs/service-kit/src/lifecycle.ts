import type { Log } from './log.ts';

/** A part of a service that has to be started and stopped. */
export interface Component {
  readonly name: string;
  start(): Promise<void>;
  /** Finishes what it does and gives back what it holds. Must end by itself. */
  stop(): Promise<void>;
}

export interface RunOptions {
  readonly log: Log;
  /** Started in this order, stopped in the reverse one. */
  readonly components: readonly Component[];
  /** Ctrl-C at the terminal reaches the whole process group: a supervised process leaves it to its supervisor. */
  readonly supervised: boolean;
  /** How long stopping may take before the process ends anyway, in milliseconds. Default 20,000. */
  readonly stopTimeoutMs?: number;
  /**
   * How long a component that is starting when the signal comes may go on doing so before it is stopped, in milliseconds: what it only
   * has once it is started it could not give back. Default 5,000.
   */
  readonly startGraceMs?: number;
}

/**
 * Starts the components and stops them at SIGTERM or SIGINT, once, whatever number of signals arrive. Resolves when everything is
 * stopped. A component that cannot start stops those before it and rejects.
 */
export async function runUntilSignalled({
  log,
  components,
  supervised,
  stopTimeoutMs = 20_000,
  startGraceMs = 5_000,
}: RunOptions): Promise<void> {
  const signalled = new Promise<NodeJS.Signals>((resolve) => {
    process.on('SIGTERM', resolve);
    process.on('SIGINT', (signal) => {
      if (!supervised) resolve(signal);
    });
  });
  const started: Component[] = [];
  let starting: Promise<void> = Promise.resolve();
  try {
    for (const component of components) {
      started.unshift(component);
      starting = component.start();
      const outcome = await Promise.race([starting, signalled]);
      if (typeof outcome === 'string') break;
    }
    const signal = await signalled;
    log.info({ signal }, 'stopping');
  } finally {
    const timer = setTimeout(() => {
      log.error(
        { stopTimeoutMs },
        'stopping took too long: ending anyway; leases and partitions will run out by themselves',
      );
      process.exit(1);
    }, stopTimeoutMs);
    await settledWithin(starting, startGraceMs);
    for (const component of started) {
      await component
        .stop()
        .catch((error: unknown) => log.error({ err: error, component: component.name }, 'could not stop'));
    }
    clearTimeout(timer);
  }
  log.info({}, 'stopped');
}

/** Resolves when the work is done, however it ends, or the time is up. */
async function settledWithin(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work.catch(() => undefined), timeUp]);
  clearTimeout(timer);
}
