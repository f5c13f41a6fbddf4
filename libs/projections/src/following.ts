import type { StoredEvent } from '@daybook/eventstore';
import { ProjectionError } from './projection.ts';

/** The events of one stream that a feed brought: sorted, each version once. @throws ProjectionError `mixed-streams` */
export function ofOneStream(projection: string, events: readonly StoredEvent[]): readonly StoredEvent[] {
  const streamId = events[0]?.streamId;
  if (events.some((event) => event.streamId !== streamId)) {
    throw new ProjectionError('mixed-streams', projection, `apply takes events of one stream, not only of ${streamId}`);
  }
  const byVersion = new Map(events.map((event) => [event.version, event]));
  return [...byVersion.values()].sort((a, b) => a.version - b.version);
}

/**
 * The events to fold on top of `version`, without a gap: read from the stream where the feed has not brought them all.
 *
 * @throws ProjectionError `gap` where the stream itself has one
 */
export async function following(
  projection: string,
  events: readonly StoredEvent[],
  streamId: string,
  version: number,
  readStream: (streamId: string, afterVersion: number) => Promise<readonly StoredEvent[]>,
): Promise<readonly StoredEvent[]> {
  const fresh = events.filter((event) => event.version > version);
  if (isContiguous(fresh, version)) return fresh;
  const healed = await readStream(streamId, version);
  if (healed.length > 0 && isContiguous(healed, version)) return healed;
  throw new ProjectionError('gap', projection, `stream ${streamId} has no version ${version + 1}, but later ones`);
}

function isContiguous(events: readonly StoredEvent[], afterVersion: number): boolean {
  return events.every((event, index) => event.version === afterVersion + 1 + index);
}
