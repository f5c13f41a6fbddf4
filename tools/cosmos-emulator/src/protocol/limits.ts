/** Limits of the service that the emulator enforces. */
export const limits = {
  itemBytes: 2 * 1024 * 1024,
  requestBytes: 2 * 1024 * 1024,
  /** What the HTTP face reads before it gives up; above `requestBytes` so that the refusal has a proper body. */
  httpBodyBytes: 8 * 1024 * 1024,
  responsePageBytes: 4 * 1024 * 1024,
  batchOperations: 100,
  idBytes: 1023,
  nameCharacters: 255,
  partitionKeyBytes: 2048,
  partitionKeyPaths: 3,
  nestingLevels: 128,
  uniqueKeys: 10,
  uniqueKeyPaths: 16,
  sqlCharacters: 512 * 1024,
  continuationBytes: 1024,
  pageItems: 1000,
  defaultPageItems: 100,
  patchOperations: 10,
  feedRanges: 64,
  /** Of a bound of effective partition keys: three hashes and what is above them. */
  epkCharacters: 128,
} as const;
