export const DEFAULT_KEY_NAME = 'RootManageSharedAccessKey';
export const DEFAULT_KEY = 'SAS_KEY_VALUE';

/**
 * The connection string of an emulator. `UseDevelopmentEmulator=true` makes the client library use plain TCP; it must end
 * with the separator and the value must be exactly `true`.
 */
export function emulatorConnectionString(
  port: number,
  options: { readonly host?: string; readonly keyName?: string; readonly key?: string } = {},
): string {
  const { host = '127.0.0.1', keyName = DEFAULT_KEY_NAME, key = DEFAULT_KEY } = options;
  return `Endpoint=sb://${host}:${port};SharedAccessKeyName=${keyName};SharedAccessKey=${key};UseDevelopmentEmulator=true;`;
}
