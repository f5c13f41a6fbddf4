export { type Runtime, isoNow, uuidV7 } from './runtime/runtime.ts';
export { systemRuntime } from './runtime/system-runtime.ts';
export { type VirtualRuntime, mulberry32, virtualRuntime } from './runtime/virtual-runtime.ts';
export { type Decider, type Decision, type Refusal, isRefusal, refuse } from './decider/decider.ts';
export {
  type BatchOutcome,
  type Condition,
  type Container,
  ContainerError,
  type ContainerErrorCode,
  type Document,
  type FeedPage,
  type FeedRange,
  type FeedStart,
  type Json,
  type Operation,
  type OperationResult,
  type Page,
  type Query,
  type Stored,
  isContainerError,
  isDocumentId,
  isSafeToRetry,
} from './container/container.ts';
export type { Fault } from './container/fault.ts';
export { feedRangeId, subdivideRange } from './container/feed-range.ts';
export {
  type ContainerCall,
  type MemoryContainer,
  type MemoryContainerOptions,
  memoryContainer,
} from './container/memory-container.ts';
export {
  type HubCall,
  type MemoryConsumerOptions,
  type MemoryHub,
  type MemoryHubOptions,
  memoryHub,
} from './hub/memory-hub.ts';
export {
  type HubConsumer,
  HubError,
  type HubErrorCode,
  type HubHandler,
  type HubMessage,
  type HubProducer,
  type HubReader,
  type HubSubscription,
  type PartitionLag,
  type ReceivedMessage,
  isHubError,
} from './hub/hub.ts';
export {
  dataKeyBytes,
  type KeyWrapper,
  KeyWrapperError,
  type KeyWrapperErrorCode,
  type WrappedKey,
  isKeyWrapperError,
} from './keys/key-wrapper.ts';
export {
  type BlobStore,
  BlobStoreError,
  type BlobStoreErrorCode,
  blobBytesMax,
  checkBlob,
  isBlobName,
  isBlobStoreError,
} from './blobs/blob-store.ts';
export { memoryBlobStore } from './blobs/memory-blob-store.ts';
export type { Signature, Signer } from './signer/signer.ts';
