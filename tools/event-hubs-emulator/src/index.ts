export { EmulatorConfigError, parseConfig } from './config.ts';
export type { HubConfig } from './config.ts';
export { DEFAULT_KEY, DEFAULT_KEY_NAME, emulatorConnectionString } from './connection-string.ts';
export { createEventHubsEmulator } from './emulator.ts';
export type { EventHubsEmulator, EventHubsEmulatorOptions, EventHubsListener } from './emulator.ts';
export { StorageError } from './log/database.ts';
export { partitionOfKey } from './partition-key.ts';
