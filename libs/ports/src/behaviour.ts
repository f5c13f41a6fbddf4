export { type ContainerUnderTest, containerBehaviour } from './container/container-behaviour.ts';
export { type HubUnderTest, hubBehaviour } from './hub/hub-behaviour.ts';
export { type KeyWrapperUnderTest, keyWrapperBehaviour } from './keys/key-wrapper-behaviour.ts';
export { type BlobStoreUnderTest, blobStoreBehaviour } from './blobs/blob-store-behaviour.ts';
export { type SignerUnderTest, signerBehaviour } from './signer/signer-behaviour.ts';
