/**
 * A container of Blob storage, as low and narrow as Daybook needs it: blobs are written once and never changed.
 *
 * Two implementations pass the same suite (`blobStoreBehaviour`): `memoryBlobStore` here, and `azureBlobStore` in `@daybook/azure`.
 * Every method may throw a {@link BlobStoreError}.
 */
export interface BlobStore {
  readonly name: string;
  /** Writes a blob unless there is one of that name, whatever it holds. A retry after a lost answer may find its own: `exists`. */
  putIfAbsent(name: string, content: Uint8Array): Promise<'created' | 'exists'>;
  /** `undefined` when there is no such blob. */
  get(name: string): Promise<Uint8Array | undefined>;
  /** The names that begin with `prefix`, in alphabetical order. */
  list(prefix: string): AsyncIterable<string>;
}

/** The largest blob: what is written and read in one piece. */
export const blobBytesMax = 256 * 1_024 * 1_024;

/** Letters, digits and `. _ - : /`, up to 512 of them, beginning and ending with a letter or digit. */
export function isBlobName(name: string): boolean {
  return (
    name.length <= 512 && /^[A-Za-z0-9]([A-Za-z0-9._:/-]*[A-Za-z0-9])?$/.test(name) && !/\/\/|\.\.|\/\.|\.\//.test(name)
  );
}

/**
 * - `unavailable`: busy, away, or no answer; a write may have been done, and doing it again is safe.
 * - `forbidden`, `not-found` (the container itself), `too-large`, `bad-request`: trying again will not help.
 */
export type BlobStoreErrorCode = 'unavailable' | 'forbidden' | 'not-found' | 'too-large' | 'bad-request';

const blobStoreErrorName = 'BlobStoreError';

export class BlobStoreError extends Error {
  readonly code: BlobStoreErrorCode;
  readonly container: string;

  constructor(code: BlobStoreErrorCode, container: string, message: string, cause?: unknown) {
    super(`${container}: ${message}`, cause === undefined ? undefined : { cause });
    this.name = blobStoreErrorName;
    this.code = code;
    this.container = container;
  }
}

export function isBlobStoreError(error: unknown): error is BlobStoreError {
  return error instanceof Error && error.name === blobStoreErrorName;
}

/** What may be written. @throws BlobStoreError `bad-request`, `too-large` */
export function checkBlob(container: string, name: string, content?: Uint8Array): void {
  if (!isBlobName(name)) {
    const rule = 'a name has 1 to 512 letters, digits and . _ - : /, and begins and ends with a letter or digit';
    throw new BlobStoreError('bad-request', container, `${JSON.stringify(name)}: ${rule}`);
  }
  if (content !== undefined && content.byteLength > blobBytesMax) {
    throw new BlobStoreError('too-large', container, `${name} has ${content.byteLength} bytes of ${blobBytesMax}`);
  }
}
