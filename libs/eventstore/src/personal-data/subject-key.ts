import type { Document, WrappedKey } from '@daybook/ports';

/** The key of one subject, ready for use. Not to be kept: ask for it each time, so that an erased key runs out. */
export interface SubjectKey {
  /** Names the key for good: `<subject, hashed>.<number>`. */
  readonly kid: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

/** Who had a key destroyed, and why. */
export interface ErasureRequest {
  /** `operator:<id>`, `customer:<id>`. */
  readonly actor: string;
  /** Why, for the record. Not the place for personal data. */
  readonly reason: string;
  /** Idempotency key of the request: the same again destroys nothing more. */
  readonly commandKey: string;
  /** W3C trace context. */
  readonly traceparent: string;
}

/** A key that was destroyed. */
export interface KeyErasure extends ErasureRequest {
  readonly subject: string;
  readonly kid: string;
  readonly keyCreatedAt: string;
  readonly erasedAt: string;
  /** No process has the key in memory any more. */
  readonly cachesEndAt: string;
}

/** One key of a subject: alive as long as it is there in its wrapped form. */
export interface KeyEntry {
  readonly kid: string;
  readonly createdAt: string;
  readonly wrapped?: WrappedKey;
  readonly erasure?: ErasureRequest & { readonly erasedAt: string };
}

/** All keys a subject has had: the last one may be alive. One document per subject; `id` is the partition key. */
export interface KeyDocument extends Document {
  /** SHA-256 of the subject in base64url. */
  readonly id: string;
  readonly subject: string;
  readonly keys: readonly KeyEntry[];
}

/**
 * The keys of subjects. Everything that was encrypted under a subject's key is unreadable from the moment on at which that key is
 * destroyed, and the caches have run out.
 */
export interface SubjectKeys {
  /** The subject's key; made where there is none, or none any more. */
  forWriting(subject: string): Promise<SubjectKey>;
  /** The key; `undefined` when it was destroyed. @throws SubjectKeyUnavailable when it is unknown: that is not the same */
  forReading(kid: string): Promise<Uint8Array | undefined>;
  /**
   * Destroys the subject's key. Twice is once: without a living key, or with the `commandKey` of an erasure before, it gives back what
   * was done then. `undefined` when the subject never had one.
   */
  erase(subject: string, request: ErasureRequest): Promise<KeyErasure | undefined>;
}
