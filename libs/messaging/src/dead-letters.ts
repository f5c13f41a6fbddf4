import { type Container, isoNow, type ReceivedMessage, type Runtime } from '@daybook/ports';

/** Parks messages that cannot be handled, and those of the same key behind them, in order. */
export interface DeadLetters {
  /** Reads the keys parked by `consumer`. */
  load(consumer: string): Promise<ReadonlySet<string>>;
  /** Writes message and marker in one batch; the same message again changes nothing. @throws ContainerError */
  park(consumer: string, message: ReceivedMessage, error: unknown, attempts: number): Promise<void>;
}

export function createDeadLetters(options: { readonly container: Container; readonly runtime: Runtime }): DeadLetters {
  const { container, runtime } = options;
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
      const { key, partitionId, sequenceNumber } = message;
      const shared = { partition: `${consumer}:${key}`, consumer, key };
      const entry = {
        ...shared,
        id: `${partitionId}-${String(sequenceNumber).padStart(20, '0')}`,
        kind: 'entry',
        message: message.body,
        messageId: message.messageId,
        error: error instanceof Error ? error.message : String(error),
        stack: error instanceof Error ? (error.stack ?? '') : '',
        attempts,
        parkedAt: isoNow(runtime),
      };
      const outcome = await container.batch(shared.partition, [
        { kind: 'upsert', document: { ...shared, id: 'marker', kind: 'marker' } },
        { kind: 'upsert', document: entry },
      ]);
      if (!outcome.applied) throw new Error(`parking ${message.messageId} failed with ${outcome.status}`);
    },
  };
}
