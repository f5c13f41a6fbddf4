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
}: RunOptions): Promise<void> {
  const signalled = new Promise<NodeJS.Signals>((resolve) => {
    process.on('SIGTERM', resolve);
    process.on('SIGINT', (signal) => {
      if (!supervised) resolve(signal);
    });
  });
  const started: Component[] = [];
  try {
    for (const component of components) {
      started.unshift(component);
      const outcome = await Promise.race([component.start(), signalled]);
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
    for (const component of started) {
      await component
        .stop()
        .catch((error: unknown) => log.error({ err: error, component: component.name }, 'could not stop'));
    }
    clearTimeout(timer);
  }
  log.info({}, 'stopped');
}
