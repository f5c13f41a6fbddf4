import type { CloudEvent } from '@daybook/contracts';
import { type Container, isoNow, type Operation, type Runtime } from '@daybook/ports';
import { discardKey, type DiscardOutcome } from './discard.ts';
import {
  discardGroup,
  type DiscardGroupOutcome,
  type FailureGroups,
  listGroups,
  replayGroup,
  type ReplayGroupOutcome,
} from './failure-groups.ts';
import {
  behindAnother,
  type EntryDocument,
  failed,
  markerId,
  type MessageToPark,
  type ParkedMessage,
  parkedMessageOf,
  partitionKeyOf,
  traceIdOf,
} from './parked-message.ts';
import { replayKey, type ReplayOutcome } from './replay.ts';

export interface ListOptions {
  /** Only this key's messages, in their order. Without it keys come in any order, and a page is sorted only within itself. */
  readonly key?: string;
  /** At most so many a page: 1 to 1,000; default 100. */
  readonly limit?: number;
  /** Where the last page ended. */
  readonly continuation?: string;
}

export interface ParkedPage {
  readonly messages: readonly ParkedMessage[];
  /** Present when there is more. */
  readonly continuation?: string;
}

/**
 * Parks messages that cannot be handled, alone or with those of the same key behind them, in order.
 *
 * The queue of a key and its marker share a partition of the container (`<consumer>:<key>`). While there is a marker the key is
 * blocked; each message parked writes it anew, in one batch with the message, so nobody can take the marker away under a message.
 * Every method throws `ContainerError`.
 */
export interface DeadLetters {
  /** Reads the keys parked by `consumer`. */
  load(consumer: string): Promise<ReadonlySet<string>>;
  /** Writes message and marker in one batch; the same message again only tells of its newest failure. */
  park(consumer: string, message: MessageToPark, error: unknown, attempts: number): Promise<void>;
  /** Writes the message without a marker: its key goes on. The same message again only tells of its newest failure. */
  parkAlone(consumer: string, message: MessageToPark, error: unknown, attempts: number): Promise<void>;
  /**
   * Parks messages of one key, only if it is still blocked; one that is there keeps what it says of its failure. False: the key is not
   * blocked, and all of them are to be handled.
   */
  parkBehind(consumer: string, ...messages: readonly MessageToPark[]): Promise<boolean>;
  list(consumer: string, options?: ListOptions): Promise<ParkedPage>;
  /** Messages of every consumer that parks here, in any order. */
  listAll(options?: Omit<ListOptions, 'key'>): Promise<ParkedPage>;
  /**
   * Hands a key's messages to `handle` in order, each removed once it is handled, and unblocks the key when none is left; a message
   * parked meanwhile is replayed too. Stops at the first that fails. It may die anywhere: done again it goes on, giving at most one
   * message twice. `handle` is the consumer's own handler.
   */
  replay(consumer: string, key: string, handle: (message: CloudEvent) => Promise<void>): Promise<ReplayOutcome>;
  /**
   * Removes a key's messages, or those with one message id, for good, and unblocks the key when none is left; what is parked meanwhile
   * stays. It may die anywhere: done again it goes on.
   */
  discard(consumer: string, key: string, messageId?: string): Promise<DiscardOutcome>;
  /** What is parked by kind of failure, the most frequent first. Looks at 10,000 messages at most. */
  groups(consumer: string): Promise<FailureGroups>;
  /**
   * Replays what failed in one way, key by key, at most 200 keys. A blocked key is replayed whole, so that its order is kept; of a key whose messages were
   * parked alone, those with this fingerprint.
   */
  replayGroup(
    consumer: string,
    fingerprint: string,
    handle: (message: CloudEvent) => Promise<void>,
  ): Promise<ReplayGroupOutcome>;
  /** Discards what failed in one way, at most 200 keys; what stands behind it stays parked, to be replayed by its key. */
  discardGroup(consumer: string, fingerprint: string): Promise<DiscardGroupOutcome>;
}

/** A batch takes 100 operations and 2 MB. */
const parkedAtOnce = 25;

/** @param options.container its partition key is `/partition` */
export function createDeadLetters(options: { readonly container: Container; readonly runtime: Runtime }): DeadLetters {
  const { container, runtime } = options;

  const entryOf = (
    consumer: string,
    { key, partitionId, sequenceNumber, messageId, body }: MessageToPark,
    why: Pick<EntryDocument, 'error' | 'errorType' | 'stack' | 'fingerprint' | 'attempts'>,
  ): EntryDocument => ({
    ...{ partition: partitionKeyOf(consumer, key), consumer, key },
    // Sorts as the partition does: a key stays in one.
    id: `${partitionId}-${String(sequenceNumber).padStart(20, '0')}`,
    kind: 'entry',
    ...{ partitionId, sequenceNumber, messageId, message: body },
    ...why,
    traceId: traceIdOf(body),
    parkedAt: isoNow(runtime),
  });

  /** All of one key. False: there is no marker, where there has to be one. */
  const write = async (entries: readonly EntryDocument[], marker: 'upsert' | 'replace' | 'none'): Promise<boolean> => {
    const [first] = entries;
    if (first === undefined) return true;
    const { partition, consumer, key } = first;
    const markers: readonly Operation[] =
      marker === 'none' ? [] : [{ kind: marker, document: { partition, consumer, key, id: markerId, kind: 'marker' } }];
    // What only stands behind another must not write over one that says how it failed: it comes again after a crash.
    const kind = marker === 'replace' ? 'create' : 'upsert';
    for (let left = entries; ;) {
      const operations = left.map((document): Operation => ({ kind, document }));
      const outcome = await container.batch(partition, [...markers, ...operations]);
      if (outcome.applied) return true;
      if (marker === 'replace' && outcome.status === 404) return false;
      const isThere = kind === 'create' && outcome.status === 409;
      if (!isThere) throw new Error(`parking ${first.messageId} of ${consumer} failed with ${outcome.status}`);
      left = left.toSpliced(outcome.failedIndex - markers.length, 1);
    }
  };
  const failedEntry = (consumer: string, message: MessageToPark, error: unknown, attempts: number): EntryDocument =>
    entryOf(consumer, message, { ...failed(consumer, message, error), attempts });

  const page = async (
    consumer: string | undefined,
    { key, limit = 100, continuation }: ListOptions = {},
  ): Promise<ParkedPage> => {
    const found = await container.query({
      where: [
        { field: 'kind', op: '=', value: 'entry' },
        ...(consumer === undefined ? [] : [{ field: 'consumer', op: '=', value: consumer } as const]),
      ],
      limit,
      ...(continuation === undefined ? {} : { continuation }),
      ...(key === undefined || consumer === undefined
        ? {}
        : { partitionKey: partitionKeyOf(consumer, key), orderBy: [{ field: 'id', direction: 'asc' }] }),
    });
    const messages = found.documents.map((document) => parkedMessageOf(document)).sort(byKeyAndOrder);
    return { messages, ...(found.continuation === undefined ? {} : { continuation: found.continuation }) };
  };

  return {
    async load(consumer) {
      const keys = new Set<string>();
      let continuation: string | undefined;
      do {
        const page = await container.query({
          where: [
            { field: 'kind', op: '=', value: 'marker' },
            { field: 'consumer', op: '=', value: consumer },
          ],
          limit: 1_000,
          ...(continuation === undefined ? {} : { continuation }),
        });
        for (const document of page.documents) keys.add(String(document['key']));
        continuation = page.continuation;
      } while (continuation !== undefined);
      return keys;
    },
    async park(consumer, message, error, attempts) {
      await write([failedEntry(consumer, message, error, attempts)], 'upsert');
    },
    async parkAlone(consumer, message, error, attempts) {
      await write([failedEntry(consumer, message, error, attempts)], 'none');
    },
    async parkBehind(consumer, ...messages) {
      for (let from = 0; from < messages.length; from += parkedAtOnce) {
        const part = messages.slice(from, from + parkedAtOnce);
        const entries = part.map((message) => entryOf(consumer, message, { ...behindAnother, attempts: 0 }));
        // Found unblocked half way, what is parked already was replayed: nobody unblocks a key that has messages left.
        if (!(await write(entries, 'replace'))) return false;
      }
      return true;
    },
    list: (consumer, options) => page(consumer, options),
    listAll: (options) => page(undefined, options),
    replay: (consumer, key, handle) => replayKey({ container, consumer, key, handle }),
    discard: (consumer, key, messageId) =>
      discardKey({
        ...{ container, consumer, key },
        chosen: (parked) => messageId === undefined || parked.messageId === messageId,
      }),
    groups: (consumer) => listGroups(container, consumer),
    replayGroup: (consumer, fingerprint, handle) => replayGroup({ container, consumer, fingerprint, handle }),
    discardGroup: (consumer, fingerprint) => discardGroup({ container, consumer, fingerprint }),
  };
}

function byKeyAndOrder(a: ParkedMessage, b: ParkedMessage): number {
  if (a.key !== b.key) return a.key < b.key ? -1 : 1;
  return a.sequenceNumber - b.sequenceNumber;
}
