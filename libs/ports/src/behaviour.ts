export { type ContainerUnderTest, containerBehaviour } from './container/container-behaviour.ts';
export { type HubUnderTest, hubBehaviour } from './hub/hub-behaviour.ts';
export { type KeyWrapperUnderTest, keyWrapperBehaviour } from './keys/key-wrapper-behaviour.ts';
