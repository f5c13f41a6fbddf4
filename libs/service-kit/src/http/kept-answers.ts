import { createHash } from 'node:crypto';
import type { Container } from '@daybook/ports';

/** An answer as it was sent. JSON, without personal data: it is kept in clear. */
export interface SentAnswer {
  readonly status: number;
  readonly location?: string;
  readonly etag?: string;
  readonly body: object;
}

/** What a request is known by: the thing that it is about, its command key and its fingerprint. */
export interface AnsweredRequest {
  /** The stream, or the path of a request about several. */
  readonly scope: string;
  readonly commandKey: string;
  readonly fingerprint: string;
}

/**
 * What was answered to requests with an `Idempotency-Key`, for as long as the container keeps it (its TTL). Nothing depends on it: whether a
 * command was carried out is known from the stream for ever, and an answer that is not here is made from the stream again. It is here so
 * that a repeated request gets the very same answer, for a point read instead of a replay.
 */
export interface KeptAnswers {
  /** `undefined` where there is none, and where it cannot be had just now. */
  find(request: AnsweredRequest): Promise<SentAnswer | undefined>;
  /** Keeps it after the fact: nobody waits for it, and nothing fails where it cannot be kept. */
  keep(request: AnsweredRequest, answer: SentAnswer): void;
  /** Resolves when nothing is being written any more. */
  settled(): Promise<void>;
}

export interface KeptAnswersOptions {
  /** Partition key `/id`, with a TTL. */
  readonly container: Container;
  /** Told of answers that could not be kept or found. */
  readonly onLost?: (error: unknown) => void;
  /** Answers that may be on their way to the container; past that one is not kept. Default 1,000. */
  readonly writingMax?: number;
}

export function createKeptAnswers({ container, onLost, writingMax = 1_000 }: KeptAnswersOptions): KeptAnswers {
  const writing = new Set<Promise<void>>();

  const write = async (id: string, answer: SentAnswer & { readonly fingerprint: string }): Promise<void> => {
    try {
      // A second answer of the same request is the same one: whoever comes first is kept.
      await container.batch(id, [{ kind: 'create', document: { id, ...answer } }]);
    } catch (error) {
      onLost?.(error);
    }
  };

  return {
    async find(request) {
      const id = idOf(request);
      try {
        const { document } = await container.read(id, id);
        if (document === undefined || document['fingerprint'] !== request.fingerprint) return undefined;
        const { status, location, etag, body } = document as unknown as SentAnswer;
        return {
          status,
          body,
          ...(location === undefined ? {} : { location }),
          ...(etag === undefined ? {} : { etag }),
        };
      } catch (error) {
        onLost?.(error);
        return undefined;
      }
    },
    keep(request, answer) {
      if (writing.size >= writingMax) {
        onLost?.(new Error(`${writingMax} answers are being kept already`));
        return;
      }
      const written = write(idOf(request), { fingerprint: request.fingerprint, ...answer }).finally(() =>
        writing.delete(written),
      );
      writing.add(written);
    },
    async settled() {
      while (writing.size > 0) await Promise.all(writing);
    },
  };
}

/** A command key may have characters that no id of a document has. */
function idOf({ scope, commandKey }: AnsweredRequest): string {
  return createHash('sha256').update(`${scope}\n${commandKey}`).digest('hex');
}
