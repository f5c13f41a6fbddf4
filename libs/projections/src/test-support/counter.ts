import type { StoredEvent } from '@daybook/eventstore';
import type { Container, Operation } from '@daybook/ports';
import { createProjection } from '../create-projection.ts';
import type { Projection, ProjectionDefinition } from '../projection.ts';

/** A state that tells which events it has seen, and in what order. */
export interface SeenVersions {
  readonly group: string;
  readonly versions: readonly number[];
}

export function event(streamId: string, version: number, type = 'Happened'): StoredEvent {
  return {
    id: String(version),
    streamId,
    version,
    eventId: `${streamId}#${version}`,
    type,
    schemaVersion: 1,
    recordedAt: '2010-12-01T08:26:00.000Z',
    data: {},
    metadata: { commandKey: 'c', correlationId: 'c', causationId: 'c', actor: 'operator:one', traceparent: '' },
    dedup: `c#${version}`,
    previousHash: '0'.repeat(64),
    hash: '0'.repeat(64),
  };
}

export function events(streamId: string, from: number, to: number): readonly StoredEvent[] {
  return Array.from({ length: to - from + 1 }, (_, index) => event(streamId, from + index));
}

export interface Counter {
  readonly projection: Projection<SeenVersions>;
  /** The streams as the event store would hold them. */
  readonly streams: Map<string, readonly StoredEvent[]>;
  /** The calls of `readStream`. */
  readonly reads: string[];
}

export function createCounter(
  readModel: Container,
  changes: Partial<ProjectionDefinition<SeenVersions>> = {},
): Counter {
  const streams = new Map<string, readonly StoredEvent[]>();
  const reads: string[] = [];
  const projection = createProjection<SeenVersions>({
    name: 'seen',
    readModel,
    streams: 'thing-',
    project: (state, { type, streamId, version }) => {
      if (type === 'Hidden') return undefined;
      return { group: streamId.slice(0, 7), versions: [...(state?.versions ?? []), version] };
    },
    readStream: async (streamId, afterVersion) => {
      reads.push(`${streamId}>${afterVersion}`);
      // A part at a time, as a store with pages would give.
      return (streams.get(streamId) ?? []).filter(({ version }) => version > afterVersion).slice(0, 3);
    },
    ...changes,
  });
  return { projection, streams, reads };
}

/** A container that lets another act right before the nth write, or loses the answer of it. */
export function disturbed(
  inner: Container,
  disturb: (write: number, operations: readonly Operation[]) => Promise<'lose-answer' | void>,
  lost: () => Error,
): Container {
  let writes = 0;
  return {
    ...inner,
    name: inner.name,
    read: (key, id) => inner.read(key, id),
    query: (query) => inner.query(query),
    feedRanges: () => inner.feedRanges(),
    feedPage: (request) => inner.feedPage(request),
    async batch(key, operations) {
      writes += 1;
      const then = await disturb(writes, operations);
      const outcome = await inner.batch(key, operations);
      if (then === 'lose-answer') throw lost();
      return outcome;
    },
  };
}
