import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataIdentities } from '@daybook/contracts';
import { certificateFilesIn, makeCertificate } from './certificate.ts';
import { emulatorFilesIn, prepareDataFolder } from './prepare.ts';
import { makeSecrets, readSecrets, secretFile, secretsIn } from './secrets.ts';

const dayMs = 86_400_000;
const otherKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' });

describe('what a data folder is prepared with', () => {
  let folder: string;
  const read = (file: string): string => readFileSync(file, 'utf8');
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'daybook-identities-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is a secret for each identity, which its owner alone can read and no two share', async () => {
    await prepareDataFolder(folder, undefined);
    const secrets = readSecrets(secretsIn(folder));
    expect([...secrets.values()].sort()).toEqual([...dataIdentities].sort());
    for (const name of dataIdentities) expect(statSync(secretFile(folder, name)).mode & 0o777).toBe(0o600);
    const { key } = certificateFilesIn(folder);
    expect([statSync(key).mode & 0o777, statSync(secretsIn(folder)).mode & 0o777]).toEqual([0o600, 0o700]);
  });

  it('stays as it is at the next start, and what is missing is added', async () => {
    await prepareDataFolder(folder, undefined);
    const [secret, { cert }] = [read(secretFile(folder, 'order')), certificateFilesIn(folder)];
    const certificate = read(cert);
    rmSync(secretFile(folder, 'payment'));
    await prepareDataFolder(folder, undefined);
    expect(read(secretFile(folder, 'order'))).toBe(secret);
    expect(read(cert)).toBe(certificate);
    expect(readSecrets(secretsIn(folder)).size).toBe(dataIdentities.length);
  });

  it('is named when it holds no secret', () => {
    makeSecrets(folder);
    writeFileSync(secretFile(folder, 'order'), 'IDENTITY_HEADER=\n');
    expect(() => readSecrets(secretsIn(folder))).toThrow(/order\.env holds no secret .* delete it/);
  });

  it.each<[string, (files: ReturnType<typeof certificateFilesIn>) => void, number]>([
    ['ends within 30 days', () => undefined, 340],
    ['is no certificate', ({ cert }) => writeFileSync(cert, 'rubbish'), 0],
    ['has lost its key', ({ key }) => rmSync(key), 0],
    ['belongs to another key', ({ key }) => writeFileSync(key, otherKey), 0],
  ])('has another certificate where the one before %s', async (_what, spoil, days) => {
    const files = certificateFilesIn(folder);
    await makeCertificate(folder, Date.now(), undefined);
    const before = read(files.cert);
    spoil(files);
    await makeCertificate(folder, Date.now() + days * dayMs, undefined);
    expect(read(files.cert)).not.toBe(before);
    const made = new X509Certificate(read(files.cert));
    expect([made.checkIP('127.0.0.1'), made.checkHost('localhost')]).toEqual(['127.0.0.1', 'localhost']);
    expect(read(files.trusted).trim()).toBe(read(files.cert).trim());
  });

  it('trusts what was trusted anyway, too', async () => {
    const others = join(folder, 'others.pem');
    writeFileSync(others, 'OTHERS\n');
    await makeCertificate(folder, Date.now(), others);
    const { cert, trusted } = certificateFilesIn(folder);
    expect(read(trusted)).toBe(`${read(cert).trimEnd()}\nOTHERS\n`);
    await makeCertificate(folder, Date.now(), join(folder, 'nothing.pem'));
    expect(read(trusted).trim()).toBe(read(cert).trim());
  });

  it('tells the emulators the hubs and the roles of today, whatever they were told before', async () => {
    const files = emulatorFilesIn(folder);
    writeFileSync(files.roles, '{}');
    await prepareDataFolder(folder, undefined);
    const parsed = (file: string): unknown => JSON.parse(read(file));
    expect(parsed(files.hubs)).toMatchObject({
      hubs: expect.arrayContaining([expect.objectContaining({ name: 'saga-inputs' })]),
    });
    expect(parsed(files.roles)).toMatchObject({
      roleAssignments: expect.arrayContaining([
        expect.objectContaining({ principalId: 'order', scope: '/dbs/daybook/colls/orders' }),
      ]),
    });
    expect(parsed(files.hubRoles)).toMatchObject({
      roleAssignments: expect.arrayContaining([
        expect.objectContaining({ principalId: 'order', scope: '/eventhubs/order-events' }),
      ]),
    });
  });
});
