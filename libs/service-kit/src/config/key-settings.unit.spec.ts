import { readSettings } from './settings.ts';

const service = { name: 'order', defaultPort: 4101, process: 'host-1' };
const read = (env: Readonly<Record<string, string>> = {}) => readSettings(env, service);

describe('what wraps the keys of personal data', () => {
  it('is a file in the data folder where the database is on this machine', () => {
    expect(read().keyWrapping).toEqual({ file: '.daybook/keys/subjects.key' });
    expect(read({ DAYBOOK_DATA: '/data' }).keyWrapping).toEqual({ file: '/data/keys/subjects.key' });
  });

  it('is the file or the key in Key Vault that is named', () => {
    expect(read({ DAYBOOK_KEY_FILE: '/run/secrets/key' }).keyWrapping).toEqual({ file: '/run/secrets/key' });
    const keyVaultKey = 'https://daybook.vault.azure.net/keys/subjects';
    expect(read({ KEY_VAULT_KEY: keyVaultKey, DAYBOOK_KEY_FILE: '/x' }).keyWrapping).toEqual({ keyVaultKey });
  });

  it('is nothing where the database is elsewhere and nothing is named: a file would be lost with the machine', () => {
    const endpoint = 'https://shop.documents.azure.com';
    expect(read({ COSMOS_ENDPOINT: endpoint, DAYBOOK_DATA: '/data' }).keyWrapping).toBeUndefined();
  });

  it('has backups for 30 days, unless it is said', () => {
    expect([read().keyBackupDays, read({ KEY_BACKUP_DAYS: '7' }).keyBackupDays]).toEqual([30, 7]);
    expect(() => read({ KEY_BACKUP_DAYS: 'a week' })).toThrow(/KEY_BACKUP_DAYS/);
    expect(() => read({ KEY_VAULT_KEY: 'subjects' })).toThrow(/KEY_VAULT_KEY/);
  });
});
