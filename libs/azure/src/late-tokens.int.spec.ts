import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CosmosEmulator, createCertificate, createCosmosEmulator, signDevToken } from '@daybook/cosmos-emulator';

const reader = { roleDefinitionId: '00000000-0000-0000-0000-000000000001', principalId: 'me', scope: '/' };

describe('a process whose issuer of tokens is away when its token runs out', () => {
  let folder: string;
  let emulator: CosmosEmulator;
  let env: NodeJS.ProcessEnv;
  let account: readonly [endpoint: string, token: string];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'daybook-tokens-'));
    const certificate = await createCertificate('127.0.0.1');
    const trusted = join(folder, 'trusted.pem');
    writeFileSync(trusted, certificate.cert);
    const roles = { roleDefinitions: [], roleAssignments: [reader] };
    emulator = createCosmosEmulator({ storage: ':memory:', roles });
    const { secureUrl = '' } = await emulator.listen({ host: '127.0.0.1', port: 0, certificate });
    account = [secureUrl, signDevToken({ oid: 'me', audience: secureUrl })];
    env = { ...process.env, NODE_EXTRA_CA_CERTS: trusted };
  });
  afterAll(async () => {
    await emulator.close();
    rmSync(folder, { recursive: true });
  });

  const run = (...args: readonly string[]): Promise<{ readonly code: number; readonly out: string }> =>
    new Promise((resolve) => {
      const script = join(process.cwd(), 'src', 'late-tokens.test-support.ts');
      const options = ['--disable-warning=ExperimentalWarning', script, ...account, ...args];
      execFile(process.execPath, options, { env, timeout: 25_000 }, (error, out, err) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), out: `${out}${err}` }),
      );
    });

  it('lives, while what needs a token is refused; any other rejection that nobody handles ends it', async () => {
    const [late, stranger] = await Promise.all([run(), run('stranger')]);
    expect(late).toEqual({ code: 0, out: expect.stringContaining('lived, and was refused: the issuer is away') });
    expect(stranger.code).not.toBe(0);
    expect(stranger.out).toContain('nobody waits for this');
  });
});
