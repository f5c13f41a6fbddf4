export { createCosmosEmulator } from './emulator.ts';
export type { CosmosEmulator, CosmosEmulatorOptions } from './emulator.ts';
export type { Listener } from './faces/http-server.ts';
export type { Fault, FaultRule } from './handler.ts';
export { EMULATOR_KEY } from './protocol/authorization.ts';
export type { EmulatorRequest } from './protocol/message.ts';
export { StorageUnusableError } from './storage/store.ts';
