import { type Document, type Stored, isContainerError } from '@daybook/ports';
import type { Scanned } from '../build.ts';
import { following, ofOneStream } from '../following.ts';
import { listItems } from '../list.ts';
import { ProjectionError } from '../projection.ts';
import { clearDocuments } from '../stored-build.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { changedParts, partsOf } from './parts.ts';
import { settle } from './settle.ts';
import { type Totals, type TotalFields, type TotalsDefinition, totalsPartition } from './totals.ts';

const maxConflicts = 10;

/** What is remembered of a stream: how far it is in the totals, and its state there. Written after the totals. */
interface Memory<State> extends Document {
  readonly streamVersion: number;
  /** Absent where `project` gave none. */
  readonly state?: State;
}

/**
 * Builds a read model of sums over many streams, that `projectionHandler` keeps up to date. Each stream's contribution is stored with its
 * version beside the totals it is in, and written in one batch with them.
 */
export function createTotals<State extends object, Total extends object>(
  definition: TotalsDefinition<State>,
): Totals<Total> {
  const { name, container, streams, project, contribute, readStream, runtime } = definition;
  const alone = oneAtATime();
  const memoryId = (streamId: string): string => `${name}:${streamId}`;

  const recall = async (streamId: string): Promise<Stored<Memory<State>> | undefined> =>
    (await container.read(memoryId(streamId), memoryId(streamId))).document as Stored<Memory<State>> | undefined;

  const remember = async (
    streamId: string,
    before: Stored | undefined,
    streamVersion: number,
    state: State | undefined,
  ): Promise<boolean> => {
    const id = memoryId(streamId);
    const document: Memory<State> = {
      ...{ id, partition: id, readModel: name, kind: 'stream', hidden: true, streamId, streamVersion },
      ...(state === undefined ? {} : { state }),
    };
    try {
      const outcome = await container.batch(id, [
        before === undefined ? { kind: 'create', document } : { kind: 'replace', document, ifMatch: before._etag },
      ]);
      return outcome.applied;
    } catch (error) {
      if (isContainerError(error) && error.code === 'outcome-unknown') return false;
      throw error;
    }
  };

  return {
    name,
    concerns: (streamId) => (typeof streams === 'string' ? streamId.startsWith(streams) : streams(streamId)),

    async apply(events) {
      const [first] = events;
      if (first === undefined) return;
      const { streamId } = first;
      const sorted = ofOneStream(name, events);
      const target = sorted.at(-1)?.version ?? 0;
      // As for one document per stream: the first event most likely meets nothing, and what is there says so by its version.
      let memory = sorted[0]?.version === 1 ? undefined : await recall(streamId);
      for (let conflicts = 0; conflicts < maxConflicts;) {
        const version = memory?.streamVersion ?? 0;
        if (version >= target) return;
        const fresh = await following(name, sorted, streamId, version, readStream);
        // Every state on the way, not only the last: an attempt that died may have left what one of them adds.
        const states = [memory?.state];
        for (const event of fresh) states.push(project(states.at(-1), event));
        const parts = changedParts(states.map((state) => partsOf(name, state === undefined ? [] : contribute(state))));
        const streamVersion = fresh.at(-1)?.version ?? version;
        for (const part of parts) {
          await alone(part.partition, () => settle({ name, container, runtime }, streamId, streamVersion, part));
        }
        const written = await remember(streamId, memory, streamVersion, states.at(-1));
        if (written && streamVersion >= target) return;
        if (!written) conflicts += 1;
        memory = await recall(streamId);
      }
      throw new ProjectionError('conflict', name, `${streamId} was brought in by others ${maxConflicts} times`);
    },

    list: (query) => {
      const { partitionKey, ...rest } = query;
      const within = partitionKey === undefined ? {} : { partitionKey: totalsPartition(name, partitionKey) };
      return listItems<Total & TotalFields>(name, container, { ...rest, ...within }, 'total');
    },

    async scan(after, limit) {
      const { documents } = await container.query({
        where: [
          { field: 'readModel', op: '=', value: name },
          { field: 'hidden', op: '=', value: false },
          ...(after === undefined ? [] : [{ field: 'total', op: '>', value: after } as const]),
        ],
        orderBy: [{ field: 'total', direction: 'asc' }],
        limit,
      });
      return documents.map(scanned);
    },
    async look(key) {
      const cut = key.indexOf('~');
      const { document } = await container.read(
        totalsPartition(name, key.slice(0, cut)),
        `total:${key.slice(cut + 1)}`,
      );
      return document === undefined || document['hidden'] === true ? undefined : scanned(document);
    },
    clear: (limit) => clearDocuments(container, name, (document) => String(document['partition']), limit),
  };
}

const buildFields = new Set(['id', 'partition', 'readModel', 'kind', 'total', 'hidden']);

function scanned(document: Document): Scanned {
  const own = Object.entries(document).filter(([field]) => !buildFields.has(field) && !field.startsWith('_'));
  return { key: String(document['total']), document: Object.fromEntries(own) };
}
