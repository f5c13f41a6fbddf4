import { blobStoreBehaviour } from './blob-store-behaviour.ts';
import { memoryBlobStore } from './memory-blob-store.ts';

blobStoreBehaviour('the blob store in memory', async () => ({
  blobs: memoryBlobStore(),
  close: async () => undefined,
}));
