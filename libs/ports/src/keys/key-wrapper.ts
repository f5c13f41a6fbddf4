/** A data key as it may be stored: only who holds the wrapping key can use it. */
export interface WrappedKey {
  /** Names the wrapping key and its version, so that it can be rotated: `file:<fingerprint>`, `https://…/keys/<name>/<version>`. */
  readonly wrappingKey: string;
  readonly algorithm: string;
  /** base64url. */
  readonly value: string;
}

/**
 * Keeps data keys under a wrapping key that never leaves its keeper (Key Vault), or its file (a laptop). Two implementations pass the
 * same suite (`keyWrapperBehaviour`): `fileKeyWrapper` of `@daybook/eventstore` and `keyVaultKeyWrapper` of `@daybook/azure`.
 */
export interface KeyWrapper {
  /** @param key 32 bytes. @throws KeyWrapperError */
  wrap(key: Uint8Array): Promise<WrappedKey>;
  /** @throws KeyWrapperError `key-rejected` for what this wrapping key, in any of its versions, has not wrapped, or what was changed. */
  unwrap(wrapped: WrappedKey): Promise<Uint8Array>;
}

/** Data keys are of AES-256. */
export const dataKeyBytes = 32;

/**
 * - `key-unavailable`: the keeper does not answer or does not let us; trying later may help. Nothing is known about the key.
 * - `key-rejected`: trying again will not help: another wrapping key, or not what was wrapped.
 */
export type KeyWrapperErrorCode = 'key-unavailable' | 'key-rejected';

export class KeyWrapperError extends Error {
  readonly code: KeyWrapperErrorCode;

  constructor(code: KeyWrapperErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'KeyWrapperError';
    this.code = code;
  }
}

export function isKeyWrapperError(error: unknown): error is KeyWrapperError {
  return error instanceof Error && error.name === 'KeyWrapperError';
}
