import { isStartRefused } from '../refusal.ts';

/** How much of a process is needed to run something until it is told to end. */
export interface Host {
  on(event: NodeJS.Signals | 'disconnect', listener: () => void): unknown;
  readonly exit: (code: number) => void;
}

export interface UntilSignal {
  readonly host: Host;
  readonly start: (signal: AbortSignal) => Promise<{ stop(): Promise<void> }>;
  readonly started: () => void;
  readonly log: (line: string) => void;
}

/**
 * Starts something, keeps it until SIGINT, SIGTERM or SIGHUP and stops it then; more signals change nothing, because Ctrl-C comes
 * twice (from the terminal and from npm). Ends the process: 0 when it was told to, 1 when it could not start.
 */
export async function runUntilSignal({ host, start, started, log }: UntilSignal): Promise<void> {
  const stopRequest = new AbortController();
  const stopRequested = new Promise<void>((resolve) => {
    const request = (): void => {
      if (stopRequest.signal.aborted) return;
      log('Stopping…');
      stopRequest.abort();
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) host.on(signal, request);
  });
  // Whoever passes signals on to us was killed. Our own end is what the processes wait for: they are gone 3 s later.
  host.on('disconnect', () => host.exit(1));
  try {
    const running = await start(stopRequest.signal);
    if (!stopRequest.signal.aborted) started();
    await stopRequested;
    await running.stop();
  } catch (error) {
    if (!stopRequest.signal.aborted) {
      log(
        isStartRefused(error) ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error),
      );
      host.exit(1);
      return;
    }
  }
  log('Stopped.');
  host.exit(0);
}
