import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { openIssuerKeys } from './issuer-keys.ts';
import { type Issuer, startIssuer } from './issuer.ts';
import { askForToken, createTokenSource } from './token-source.ts';

describe('the development issuer', () => {
  let folder: string;
  let file: string;
  let issuer: Issuer;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'daybook-issuer-'));
    file = join(folder, 'keys', 'issuer.json');
    issuer = await startIssuer(await openIssuerKeys(file), 0);
  });
  afterEach(async () => {
    await issuer.close();
    rmSync(folder, { recursive: true });
  });

  it('signs what is asked for, and its published keys verify it', async () => {
    const token = await askForToken(issuer.url, { role: 'customer', subject: 'c-1' });
    const keys = createRemoteJWKSet(new URL(`${issuer.url}/keys`));
    const { payload } = await jwtVerify(token, keys, { issuer: issuer.url, audience: 'api://daybook' });
    expect(payload).toMatchObject({ oid: 'c-1', sub: 'c-1', roles: ['customer'] });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(3_600);
  });

  it('keeps its key over a restart, readable by its owner alone, and never publishes the private part', async () => {
    const published = async (): Promise<string> => (await fetch(`${issuer.url}/keys`)).text();
    const before = await published();
    await issuer.close();
    issuer = await startIssuer(await openIssuerKeys(file), 0);
    expect(await published()).toBe(before);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(before).not.toContain((JSON.parse(readFileSync(file, 'utf8')) as { d: string }).d);
  });

  it.each([
    [{ role: 'king' }, 'role: must be one of customer, operator, service'],
    [{ role: 'customer', subject: 'a b' }, 'subject: must be'],
    [{ role: 'customer', seconds: 0 }, 'seconds: must be 1 to 86400'],
  ])('refuses %j and says why', async (request, message) => {
    await expect(askForToken(issuer.url, request)).rejects.toThrow(message);
  });

  it('refuses a key file that is none', async () => {
    writeFileSync(file, 'rubbish');
    await expect(openIssuerKeys(file)).rejects.toThrow('delete it');
  });

  it('is asked once for a token that is still good, and again after a failure', async () => {
    const source = createTokenSource(issuer.url, { role: 'operator' });
    expect(await source()).toBe(await source());
    expect(decodeJwt(await source())['roles']).toEqual(['operator']);
    const { url } = issuer;
    await issuer.close();
    const failing = createTokenSource(url, { role: 'operator' });
    await expect(failing()).rejects.toThrow('npm start');
    issuer = await startIssuer(await openIssuerKeys(file), Number(new URL(url).port));
    expect(await failing()).toEqual(expect.any(String));
  });
});
