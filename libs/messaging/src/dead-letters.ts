import type { CloudEvent } from '@daybook/contracts';
import { type Container, isoNow, type Operation, type ReceivedMessage, type Runtime } from '@daybook/ports';
import { discardKey, type DiscardOutcome } from './discard.ts';
import { type EntryDocument, markerId, type ParkedMessage, parkedMessageOf, partitionKeyOf } from './parked-message.ts';
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
  /** Writes message and marker in one batch; the same message again changes nothing. */
  park(consumer: string, message: ReceivedMessage, error: unknown, attempts: number): Promise<void>;
  /** Writes the message without a marker: its key goes on. The same message again changes nothing. */
  parkAlone(consumer: string, message: ReceivedMessage, error: unknown, attempts: number): Promise<void>;
  /** Parks the message only if its key is still blocked. False: it is not, and the message is to be handled. */
  parkBehind(consumer: string, message: ReceivedMessage): Promise<boolean>;
  list(consumer: string, options?: ListOptions): Promise<ParkedPage>;
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
}

/** @param options.container its partition key is `/partition` */
export function createDeadLetters(options: { readonly container: Container; readonly runtime: Runtime }): DeadLetters {
  const { container, runtime } = options;

  const write = async (
    consumer: string,
    message: ReceivedMessage,
    marker: 'upsert' | 'replace' | 'none',
    why: Pick<EntryDocument, 'error' | 'stack' | 'attempts'>,
  ): Promise<boolean> => {
    const { key, partitionId, sequenceNumber, messageId, body } = message;
    const shared = { partition: partitionKeyOf(consumer, key), consumer, key };
    const entry: EntryDocument = {
      ...shared,
      // Sorts as the partition does: a key stays in one.
      id: `${partitionId}-${String(sequenceNumber).padStart(20, '0')}`,
      kind: 'entry',
      partitionId,
      sequenceNumber,
      messageId,
      message: body,
      ...why,
      parkedAt: isoNow(runtime),
    };
    const operations: readonly Operation[] = [
      ...(marker === 'none'
        ? []
        : [{ kind: marker, document: { ...shared, id: markerId, kind: 'marker' } } satisfies Operation]),
      { kind: 'upsert', document: entry },
    ];
    const outcome = await container.batch(shared.partition, operations);
    if (!outcome.applied && !(marker === 'replace' && outcome.status === 404)) {
      throw new Error(`parking ${messageId} of ${consumer} failed with ${outcome.status}`);
    }
    return outcome.applied;
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
      await write(consumer, message, 'upsert', { ...described(error), attempts });
    },
    async parkAlone(consumer, message, error, attempts) {
      await write(consumer, message, 'none', { ...described(error), attempts });
    },
    parkBehind(consumer, message) {
      const why = { error: 'behind a parked message of its key', stack: '', attempts: 0 };
      return write(consumer, message, 'replace', why);
    },
    async list(consumer, { key, limit = 100, continuation } = {}) {
      const page = await container.query({
        where: [
          { field: 'kind', op: '=', value: 'entry' },
          { field: 'consumer', op: '=', value: consumer },
        ],
        limit,
        ...(continuation === undefined ? {} : { continuation }),
        ...(key === undefined
          ? {}
          : { partitionKey: partitionKeyOf(consumer, key), orderBy: [{ field: 'id', direction: 'asc' }] }),
      });
      const messages = page.documents.map((document) => parkedMessageOf(document)).sort(byKeyAndOrder);
      return { messages, ...(page.continuation === undefined ? {} : { continuation: page.continuation }) };
    },
    replay: (consumer, key, handle) => replayKey({ container, consumer, key, handle }),
    discard: (consumer, key, messageId) => discardKey({ container, consumer, key, messageId }),
  };
}

const errorCharsMax = 4_000;

function described(error: unknown): { readonly error: string; readonly stack: string } {
  const text = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return { error: text.slice(0, errorCharsMax), stack: stack.slice(0, errorCharsMax) };
}

function byKeyAndOrder(a: ParkedMessage, b: ParkedMessage): number {
  if (a.key !== b.key) return a.key < b.key ? -1 : 1;
  return a.sequenceNumber - b.sequenceNumber;
}
