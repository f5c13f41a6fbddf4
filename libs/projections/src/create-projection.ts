import { type BatchOutcome, type Condition, type Document, type Stored, isContainerError } from '@daybook/ports';
import { following, ofOneStream } from './following.ts';
import { createHotCache } from './hot-cache.ts';
import { listItems } from './list.ts';
import {
  type Projection,
  type ProjectionDefinition,
  ProjectionError,
  type ReadModelItem,
  type Seen,
} from './projection.ts';
import { type ReadModelDocument, toDocument, toItem, toScanned, toState } from './read-model-document.ts';
import { clearDocuments } from './stored-build.ts';

const maxConflicts = 10;

/** Builds a read model that `projectionHandler` keeps up to date. */
export function createProjection<State extends object>(definition: ProjectionDefinition<State>): Projection<State> {
  const { name, readModel, streams, project, readStream } = definition;
  const idOf = definition.idOf ?? ((streamId: string) => `${name}:${streamId}`);
  const partitionKeyOf = definition.partitionKeyOf ?? idOf;

  const cache = definition.cache === undefined ? undefined : createHotCache<ReadModelDocument>(definition.cache);

  const read = async (streamId: string): Promise<Stored<ReadModelDocument> | undefined> =>
    (await readModel.read(partitionKeyOf(streamId), idOf(streamId))).document as Stored<ReadModelDocument> | undefined;

  /** @returns true when the document was written; false when another wrote it first, or the answer was lost. */
  const write = async (document: Document, streamId: string, current: Stored | undefined): Promise<boolean> => {
    try {
      const outcome: BatchOutcome = await readModel.batch(partitionKeyOf(streamId), [
        current === undefined ? { kind: 'create', document } : { kind: 'replace', document, ifMatch: current._etag },
      ]);
      return outcome.applied;
    } catch (error) {
      if (isContainerError(error) && error.code === 'outcome-unknown') return false;
      throw error;
    }
  };

  const see = async (streamId: string, minVersion = 0): Promise<Seen<State>> => {
    const kept = cache?.get(streamId);
    const document = kept !== undefined && kept.streamVersion >= minVersion ? kept : await read(streamId);
    if (document === undefined) return { streamVersion: 0 };
    const { streamVersion } = document;
    if (document !== kept) cache?.put(streamId, streamVersion, document);
    const item = toItem<ReadModelItem<State>>(document);
    return item === undefined ? { streamVersion } : { streamVersion, item };
  };

  return {
    name,
    concerns: (streamId) => (typeof streams === 'string' ? streamId.startsWith(streams) : streams(streamId)),

    async apply(events) {
      const first = events[0];
      if (first === undefined) return;
      const { streamId } = first;
      const sorted = ofOneStream(name, events);
      const target = sorted.at(-1)?.version ?? 0;
      // A stream's first event most likely meets no document: the create itself finds out, and saves the read.
      let current = sorted[0]?.version === 1 ? undefined : await read(streamId);
      for (let conflicts = 0; conflicts < maxConflicts;) {
        const version = current?.streamVersion ?? 0;
        if (version >= target) return;
        const fresh = await following(name, sorted, streamId, version, readStream);
        const state = fresh.reduce<State | undefined>(
          (folded, event) => project(folded, event),
          current === undefined ? undefined : toState(current),
        );
        const streamVersion = fresh.at(-1)?.version ?? version;
        const document = toDocument({ id: idOf(streamId), readModel: name, streamId, streamVersion }, state);
        const written = await write(document, streamId, current);
        if (written) cache?.put(streamId, streamVersion, document);
        if (written && streamVersion >= target) return;
        if (!written) conflicts += 1;
        current = await read(streamId);
      }
      throw new ProjectionError(
        'conflict',
        name,
        `the document of ${streamId} was changed by others ${maxConflicts} times`,
      );
    },

    get: async (streamId) => (await see(streamId)).item,
    see,
    list: (query) => listItems<ReadModelItem<State>>(name, readModel, query, 'streamId'),

    async scan(after, limit) {
      // By the id where it says the same as the stream id: one index tells the build and the place in it.
      const byId = definition.idOf === undefined;
      const field = byId ? 'id' : 'streamId';
      const from: Condition[] = after === undefined ? [] : [{ field, op: '>', value: byId ? idOf(after) : after }];
      const within: Condition[] = byId
        ? [
            { field, op: '>=', value: `${name}:` },
            { field, op: '<', value: `${name};` },
          ]
        : [];
      const { documents } = await readModel.query({
        where: [
          { field: 'readModel', op: '=', value: name },
          { field: 'hidden', op: '=', value: false },
          ...within,
          ...from,
        ],
        orderBy: [{ field, direction: 'asc' }],
        limit,
      });
      return documents.map((document) => toScanned(document as unknown as ReadModelDocument));
    },
    async look(streamId) {
      const document = await read(streamId);
      return document === undefined || document.hidden ? undefined : toScanned(document);
    },
    clear: (limit) =>
      clearDocuments(readModel, name, (document) => partitionKeyOf(String(document['streamId'])), limit),
  };
}
