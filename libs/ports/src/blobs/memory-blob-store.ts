import { type BlobStore, checkBlob } from './blob-store.ts';

/** A {@link BlobStore} in memory. */
export function memoryBlobStore(name = 'blobs'): BlobStore {
  const blobs = new Map<string, Uint8Array>();
  return {
    name,
    async putIfAbsent(blob, content) {
      checkBlob(name, blob, content);
      if (blobs.has(blob)) return 'exists';
      blobs.set(blob, Uint8Array.from(content));
      return 'created';
    },
    async get(blob) {
      checkBlob(name, blob);
      const content = blobs.get(blob);
      return content === undefined ? undefined : Uint8Array.from(content);
    },
    async *list(prefix) {
      for (const blob of [...blobs.keys()].sort()) if (blob.startsWith(prefix)) yield blob;
    },
  };
}
