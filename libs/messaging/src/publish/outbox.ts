import type { StoredEvent } from '@daybook/eventstore';
import { type Container, isoNow, type Operation, type Runtime, type Stored } from '@daybook/ports';
import { isTransientError } from '../message-errors.ts';
import { inStreamOrder, type Relay } from '../relay.ts';
import { type OutboxEntry, type OutboxStatus, pendingEntry } from './outbox-entry.ts';

export interface OutboxOptions {
  /** Of its own; partition key `/streamId`. */
  readonly container: Container;
  /** Sends events. */
  readonly relay: Pick<Relay, 'publish'>;
  readonly readEvent: (streamId: string, version: number) => Promise<StoredEvent | undefined>;
  readonly runtime: Runtime;
  /** Errors that are not the event's fault, tried again without end; default `isTransientError`. */
  readonly isTransient?: (error: unknown) => boolean;
  /** After so many attempts for another reason an entry has `FAILED`; default 5. */
  readonly maxAttempts?: number;
  /** Told of an entry that has failed for good, with its event where that can be read. */
  readonly onFailed?: (entry: OutboxEntry, error: unknown, event?: StoredEvent) => void;
}

/** A polled outbox: entries derived from the events, published in the order of versions, each with its status to look at. */
export interface Outbox {
  /** For a feed of the events, in page mode: writes an entry for each event; one that is there stays as it is. @throws ContainerError */
  derive(events: readonly StoredEvent[]): Promise<void>;
  /**
   * For a feed of the outbox's own container, in key mode: publishes what is pending of a stream, in order, up to the first that has failed.
   *
   * @throws what the sends throw: to be called again
   */
  publish(entries: readonly OutboxEntry[], context: { readonly attempt: number }): Promise<void>;
  /** Entries by status, for operators: at most `limit` (default 100), of one stream in their order. */
  list(
    status: OutboxStatus,
    options?: { readonly streamId?: string; readonly limit?: number },
  ): Promise<readonly OutboxEntry[]>;
  /** Sets what has failed back to `PENDING`, of one stream or of all; at most 1,000. @returns how many */
  retry(streamId?: string): Promise<number>;
  /** Removes what was published before `before` (UTC, ISO 8601); at most 1,000. @returns how many */
  prune(before: string): Promise<number>;
}

/** `keyOf` and `orderOf` for a feed of the outbox's container. */
export const outboxFeed = {
  keyOf: (entry: OutboxEntry): string => entry.streamId,
  orderOf: (entry: OutboxEntry): number => entry.version,
};

const batchMax = 50;
const changedMax = 1_000;
const prunedAtOnce = 8;

export function createOutbox(options: OutboxOptions): Outbox {
  const { container, relay, readEvent, runtime, isTransient = isTransientError, maxAttempts = 5 } = options;

  const create = async (streamId: string, entries: readonly OutboxEntry[]): Promise<void> => {
    const outcome = await container.batch(
      streamId,
      entries.map((document) => ({ kind: 'create', document }) satisfies Operation),
    );
    if (outcome.applied) return;
    if (outcome.status !== 409) throw new Error(`outbox of ${streamId}: entries were refused with ${outcome.status}`);
    // Some are there already, from a page that is given again: in order, so that none is there before its predecessor.
    if (entries.length > 1) for (const entry of entries) await create(streamId, [entry]);
  };

  const query = async (
    status: OutboxStatus,
    { streamId, limit = 100 }: { readonly streamId?: string | undefined; readonly limit?: number },
  ): Promise<readonly Stored<OutboxEntry>[]> => {
    const { documents } = await container.query({
      where: [{ field: 'status', op: '=', value: status }],
      limit,
      ...(streamId === undefined
        ? {}
        : { partitionKey: streamId, orderBy: [{ field: 'id', direction: 'asc' } as const] }),
    });
    return documents as readonly Stored<OutboxEntry>[];
  };

  /** False where somebody else has changed one of them meanwhile. */
  const change = async (
    entries: readonly Stored<OutboxEntry>[],
    status: OutboxStatus,
    error?: string,
  ): Promise<boolean> => {
    const [first] = entries;
    if (first === undefined) return true;
    const { applied } = await container.batch(
      first.streamId,
      entries.map(({ id, streamId, version, eventId, type, createdAt, _etag: ifMatch }) => {
        const entry = { id, streamId, version, eventId, type, status, createdAt, changedAt: isoNow(runtime) };
        return {
          kind: 'replace',
          document: { ...entry, ...(error === undefined ? {} : { error }) },
          ifMatch,
        } satisfies Operation;
      }),
    );
    return applied;
  };

  const eventOf = async ({ streamId, version }: OutboxEntry): Promise<StoredEvent> => {
    const event = await readEvent(streamId, version);
    if (event === undefined) throw new Error(`event ${version} of ${streamId} is not there`);
    return event;
  };
  const send = async (entries: readonly OutboxEntry[]): Promise<void> => {
    const events: StoredEvent[] = [];
    for (const entry of entries) events.push(await eventOf(entry));
    await relay.publish(events);
  };

  /** One by one, up to the first that fails. @returns false where that has failed for good */
  const sendEach = async (entries: readonly Stored<OutboxEntry>[]): Promise<boolean> => {
    for (const entry of entries) {
      let event: StoredEvent | undefined;
      try {
        event = await eventOf(entry);
        await relay.publish([event]);
      } catch (error) {
        if (isTransient(error)) throw error;
        await change([entry], 'FAILED', error instanceof Error ? error.message.slice(0, 1_000) : String(error));
        options.onFailed?.(entry, error, event);
        return false;
      }
      await change([entry], 'PUBLISHED');
    }
    return true;
  };

  return {
    async derive(events) {
      for (const stream of inStreamOrder(events)) {
        for (let from = 0; from < stream.length; from += batchMax) {
          const entries = stream.slice(from, from + batchMax).map((event) => pendingEntry(event, runtime));
          await create(entries[0]?.streamId ?? '', entries);
        }
      }
    },
    async publish(entries, { attempt }) {
      const streamId = entries.find(({ status }) => status === 'PENDING')?.streamId;
      // Told of what it has itself changed.
      if (streamId === undefined) return;
      for (;;) {
        if ((await query('FAILED', { streamId, limit: 1 })).length > 0) return;
        const pending = await query('PENDING', { streamId, limit: batchMax });
        if (pending.length === 0) return;
        try {
          await send(pending);
        } catch (error) {
          if (isTransient(error) || attempt < maxAttempts) throw error;
          if (!(await sendEach(pending))) return;
          continue;
        }
        await change(pending, 'PUBLISHED');
      }
    },
    list: (status, { streamId, limit = 100 } = {}) => query(status, { streamId, limit }),
    async retry(streamId) {
      const failed = await query('FAILED', { streamId, limit: changedMax });
      let changed = 0;
      for (const entry of failed) if (await change([entry], 'PENDING')) changed += 1;
      return changed;
    },
    async prune(before) {
      const { documents } = await container.query({
        where: [
          { field: 'status', op: '=', value: 'PUBLISHED' satisfies OutboxStatus },
          { field: 'changedAt', op: '<', value: before },
        ],
        limit: changedMax,
      });
      const left = (documents as unknown as readonly OutboxEntry[]).values();
      const remove = async (): Promise<void> => {
        for (const { id, streamId } of left) await container.batch(streamId, [{ kind: 'delete', id }]);
      };
      await Promise.all(Array.from({ length: prunedAtOnce }, remove));
      return documents.length;
    },
  };
}
