import type { Runtime } from '@daybook/ports';
import { lruCache } from '../cache.ts';

/** Where streams were seen to end. */
export interface KnownHeads {
  /** The stream has just been seen to end at this version. */
  saw(streamId: string, version: number): void;
  /** True where this version, if there is one by now, is younger than {@link archivedAfterMs}: it cannot be in the archive. */
  endsBefore(streamId: string, version: number): boolean;
}

/** No event is archived that is younger. */
export const archivedAfterMs = 86_400_000;

const streamsMax = 50_000;

/** @param runtime without it nothing is known */
export function knownHeads(runtime: Pick<Runtime, 'now'> | undefined): KnownHeads {
  const seen = lruCache<{ readonly version: number; readonly atMs: number }>(streamsMax);
  return {
    saw(streamId, version) {
      if (runtime !== undefined) seen.set(streamId, { version, atMs: runtime.now() });
    },
    endsBefore(streamId, version) {
      const head = seen.get(streamId);
      return (
        head !== undefined &&
        runtime !== undefined &&
        head.version < version &&
        runtime.now() - head.atMs < archivedAfterMs
      );
    },
  };
}
