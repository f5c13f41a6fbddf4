import type { Runtime } from '@daybook/ports';
import type { Seen, StreamReader } from './projection.ts';

export interface VersionWait {
  readonly streamId: string;
  /** The version that a command answered with. */
  readonly minVersion: number;
  /** How long to wait at most; 0: look once. */
  readonly timeoutMs: number;
  readonly runtime: Pick<Runtime, 'now' | 'sleep'>;
}

const pauseMinMs = 20;
const pauseMaxMs = 200;

/**
 * Read your own writes: looks until the stream's document has reached the version, with growing pauses, no longer than `timeoutMs`.
 *
 * @returns the document as last seen: `streamVersion` below `minVersion` says that it has not come that far
 */
export async function waitForVersion<State>(
  reader: Pick<StreamReader<State>, 'see'>,
  { streamId, minVersion, timeoutMs, runtime }: VersionWait,
): Promise<Seen<State>> {
  const untilMs = runtime.now() + timeoutMs;
  for (let pauseMs = pauseMinMs; ; pauseMs = Math.min(pauseMs * 2, pauseMaxMs)) {
    const seen = await reader.see(streamId, minVersion);
    const leftMs = untilMs - runtime.now();
    if (seen.streamVersion >= minVersion || leftMs <= 0) return seen;
    await runtime.sleep(Math.min(pauseMs, leftMs));
  }
}
