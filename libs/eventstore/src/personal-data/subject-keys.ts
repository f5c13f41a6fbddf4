import { createHash, randomBytes as machineRandomBytes } from 'node:crypto';
import { type Container, dataKeyBytes, isKeyWrapperError, isoNow, type KeyWrapper, type Runtime } from '@daybook/ports';
import { isTransient, resolveRetryPolicy, type RetryPolicy, retryBudget } from '../retry.ts';
import { SubjectKeysTooMany, SubjectKeyUnavailable } from './errors.ts';
import { keyCache } from './key-cache.ts';
import type { KeyDocument, KeyEntry, KeyErasure, SubjectKey, SubjectKeys } from './subject-key.ts';

export interface SubjectKeysOptions {
  /** A container of its own; partition key `/id`. */
  readonly container: Container;
  readonly wrapper: KeyWrapper;
  readonly runtime: Runtime;
  /**
   * How long keys are kept in memory, in milliseconds: 0 to 300,000. After an erasure another process may go on reading, and writing what
   * nobody will be able to read, for as long. Default 300,000.
   */
  readonly cacheTtlMs?: number;
  /** How many subjects' keys are kept in memory. Default 10,000. */
  readonly cacheMax?: number;
  readonly retry?: Partial<RetryPolicy>;
  /** Default: the machine's secure source. Only a simulation gives another. */
  readonly randomBytes?: (count: number) => Uint8Array;
}

export const cacheTtlMsMax = 300_000;
/** How often a subject can be erased and written again. */
export const keysPerSubjectMax = 100;

interface Found {
  readonly document: KeyDocument;
  readonly etag: string;
}

/** Subject keys in a container, each wrapped by the wrapper. @throws RangeError for a cache that keeps keys too long */
export function createSubjectKeys(options: SubjectKeysOptions): SubjectKeys {
  const { container, wrapper, runtime, cacheTtlMs = cacheTtlMsMax, cacheMax = 10_000 } = options;
  const randomBytes = options.randomBytes ?? machineRandomBytes;
  const retry = resolveRetryPolicy(options.retry);
  if (!(cacheTtlMs >= 0 && cacheTtlMs <= cacheTtlMsMax)) {
    throw new RangeError(`cacheTtlMs must be 0 to ${cacheTtlMsMax}, it is ${cacheTtlMs}`);
  }
  // By key id; a destroyed key is remembered as `undefined`.
  const keys = keyCache<Uint8Array | undefined>({ runtime, ttlMs: cacheTtlMs, max: cacheMax });
  // By document: the id of the key to write with.
  const writing = keyCache<string>({ runtime, ttlMs: cacheTtlMs, max: cacheMax });

  /** At the primary: a replica that lags would bring an erased key back. */
  const find = async (id: string): Promise<Found | undefined> => {
    const outcome = await container.batch(id, [{ kind: 'read', id }]);
    const document = outcome.applied ? outcome.results[0]?.document : undefined;
    return document === undefined ? undefined : { document: document as unknown as KeyDocument, etag: document._etag };
  };

  /** Repeats what finds out by itself whether it was done, while the database is busy, away, or does not answer. */
  const persist = async <R>(step: () => Promise<R | undefined>): Promise<R> => {
    const budget = retryBudget(runtime, retry);
    for (;;) {
      let failure: unknown;
      try {
        const done = await step();
        if (done !== undefined) return done;
      } catch (error) {
        if (!isTransient(error)) throw error;
        failure = error;
      }
      if (!(await budget.pause(failure))) throw failure ?? new Error('the document of the key was changed too often');
    }
  };

  /** Writes the document on top of what was found; false when somebody else was faster. */
  const write = async (document: KeyDocument, found: Found | undefined): Promise<boolean> => {
    const outcome = await container.batch(document.id, [
      found === undefined
        ? { kind: 'create', document }
        : { kind: 'replace', document: withoutSystemFields(document), ifMatch: found.etag },
    ]);
    return outcome.applied;
  };

  const unwrap = async ({ kid, wrapped }: KeyEntry): Promise<Uint8Array | undefined> => {
    if (wrapped === undefined) return undefined;
    try {
      return await wrapper.unwrap(wrapped);
    } catch (error) {
      if (!isKeyWrapperError(error)) throw error;
      throw new SubjectKeyUnavailable(kid, error.message, error);
    }
  };

  const readKey = (kid: string): Promise<Uint8Array | undefined> =>
    keys.get(kid, async () => {
      const found = await persist(async () => ({ is: await find(documentIdOf(kid)) }));
      const entry = found.is?.document.keys.find((each) => each.kid === kid);
      if (entry === undefined) throw new SubjectKeyUnavailable(kid, 'it is not among the subject keys');
      return unwrap(entry);
    });

  const make = async (subject: string, id: string, found: Found | undefined): Promise<string | undefined> => {
    const before = found?.document.keys ?? [];
    if (before.length >= keysPerSubjectMax) throw new SubjectKeysTooMany(subject, keysPerSubjectMax);
    const kid = `${id}.${before.length + 1}`;
    const key = randomBytes(dataKeyBytes);
    const entry: KeyEntry = { kid, createdAt: isoNow(runtime), wrapped: await wrapper.wrap(key) };
    const askedAtMs = runtime.now();
    if (!(await write({ id, subject, keys: [...before, entry] }, found))) return undefined;
    await keys.get(kid, () => Promise.resolve(key), askedAtMs);
    return kid;
  };

  const keyToWriteWith = (subject: string): Promise<string> => {
    const id = subjectId(subject);
    return writing.get(id, () =>
      persist(async () => {
        const askedAtMs = runtime.now();
        const found = await find(id);
        const last = found?.document.keys.at(-1);
        if (last?.wrapped === undefined) return make(subject, id, found);
        await keys.get(last.kid, () => unwrap(last), askedAtMs);
        return last.kid;
      }),
    );
  };

  const erasureOf = (subject: string, { kid, createdAt, erasure }: KeyEntry): KeyErasure | undefined =>
    erasure && {
      ...erasure,
      subject,
      kid,
      keyCreatedAt: createdAt,
      cachesEndAt: new Date(Date.parse(erasure.erasedAt) + cacheTtlMs).toISOString(),
    };

  return {
    async forWriting(subject): Promise<SubjectKey> {
      for (;;) {
        const kid = await keyToWriteWith(subject);
        const key = await readKey(kid);
        if (key !== undefined) return { kid, key };
        // Erased since: the next one is a new key.
        writing.delete(subjectId(subject));
      }
    },
    forReading: readKey,
    async erase(subject, request) {
      const id = subjectId(subject);
      const { is } = await persist(async () => {
        const found = await find(id);
        if (found === undefined) return { is: undefined };
        const { document } = found;
        const asBefore = document.keys.find(({ erasure }) => erasure?.commandKey === request.commandKey);
        const last = document.keys.at(-1) as KeyEntry;
        const done = asBefore ?? (last.wrapped === undefined ? last : undefined);
        if (done !== undefined) return { is: erasureOf(subject, done) };
        const { actor, reason, commandKey, traceparent } = request;
        const erasure = { actor, reason, commandKey, traceparent, erasedAt: isoNow(runtime) };
        const erased: KeyEntry = { kid: last.kid, createdAt: last.createdAt, erasure };
        const written = await write({ ...document, keys: [...document.keys.slice(0, -1), erased] }, found);
        return written ? { is: erasureOf(subject, erased) } : undefined;
      });
      writing.delete(id);
      if (is !== undefined) keys.delete(is.kid);
      return is;
    },
  };
}

const subjectIdBytesMax = 256;

/** Subjects may have any characters; ids of documents may not. */
function subjectId(subject: string): string {
  if (subject === '' || Buffer.byteLength(subject) > subjectIdBytesMax) {
    throw new TypeError(`the id of a subject has 1 to ${subjectIdBytesMax} bytes`);
  }
  return createHash('sha256').update(subject).digest('base64url');
}

function documentIdOf(kid: string): string {
  const id = kid.slice(0, kid.lastIndexOf('.'));
  if (/^[A-Za-z0-9_-]{43}$/.test(id)) return id;
  throw new SubjectKeyUnavailable(kid, 'it is no id of a subject key');
}

function withoutSystemFields(document: KeyDocument): KeyDocument {
  const { id, subject, keys } = document;
  return { id, subject, keys };
}
