import type { ContainerClient } from '@azure/storage-blob';
import { type BlobStore, BlobStoreError, checkBlob } from '@daybook/ports';

/** A {@link BlobStore} on the Blob storage SDK: `azureBlobStore(service.getContainerClient('anchors'))`. The SDK retries by itself. */
export function azureBlobStore(container: ContainerClient): BlobStore {
  const name = container.containerName;
  return {
    name,
    async putIfAbsent(blob, content) {
      checkBlob(name, blob, content);
      try {
        const conditions = { ifNoneMatch: '*' };
        // Copied: the SDK sends later than it is called, and a caller may use its buffer again.
        const body = Buffer.from(content);
        await container.getBlockBlobClient(blob).upload(body, body.byteLength, { conditions });
        return 'created';
      } catch (error) {
        if (codeOf(error) === 'BlobAlreadyExists' || statusOf(error) === 412) return 'exists';
        throw blobStoreError(error, name);
      }
    },
    async get(blob) {
      checkBlob(name, blob);
      try {
        const content = await container.getBlockBlobClient(blob).downloadToBuffer();
        return new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
      } catch (error) {
        if (codeOf(error) === 'BlobNotFound') return undefined;
        throw blobStoreError(error, name);
      }
    },
    async *list(prefix) {
      try {
        for await (const blob of container.listBlobsFlat(prefix === '' ? {} : { prefix })) yield blob.name;
      } catch (error) {
        throw blobStoreError(error, name);
      }
    },
  };
}

function blobStoreError(error: unknown, container: string): BlobStoreError {
  const status = statusOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (status === 401 || status === 403) return new BlobStoreError('forbidden', container, message, error);
  if (status === 404) return new BlobStoreError('not-found', container, 'no such container', error);
  if (status === 413) return new BlobStoreError('too-large', container, message, error);
  if (status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429) {
    return new BlobStoreError('bad-request', container, message, error);
  }
  return new BlobStoreError('unavailable', container, message, error);
}

function codeOf(error: unknown): unknown {
  const { code, details } = (error ?? {}) as { code?: unknown; details?: { errorCode?: unknown } };
  return code ?? details?.errorCode;
}

function statusOf(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown } | undefined)?.statusCode;
  return typeof status === 'number' ? status : undefined;
}
