import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scopes } from '@daybook/contracts';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { openIssuerKeys } from './issuer-keys.ts';
import { type Issuer, startIssuer, type TokenRequest } from './issuer.ts';
import { askForToken, createTokenSource } from './token-source.ts';

describe('the development issuer', () => {
  let folder: string;
  let file: string;
  let issuer: Issuer;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'daybook-issuer-'));
    file = join(folder, 'keys', 'issuer.json');
    issuer = await startIssuer({ keys: await openIssuerKeys(file), port: 0 });
  });
  afterEach(async () => {
    await issuer.close();
    rmSync(folder, { recursive: true });
  });

  it('signs what is asked for, and its published keys verify it', async () => {
    const token = await askForToken(issuer.url, { role: 'customer', subject: 'c-1' });
    const keys = createRemoteJWKSet(new URL(`${issuer.url}/keys`));
    const { payload } = await jwtVerify(token, keys, { issuer: issuer.url, audience: 'api://daybook' });
    expect(payload).toMatchObject({ oid: 'c-1', sub: 'c-1', roles: ['customer'], scp: scopes.join(' ') });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(3_600);
  });

  it('speaks for a person with the scopes that are asked for, and for a service with none', async () => {
    const claims = async (request: TokenRequest) => decodeJwt(await askForToken(issuer.url, request))['scp'];
    expect(await claims({ role: 'operator', scopes: ['Orders.Read', 'Sagas.Write'] })).toBe('Orders.Read Sagas.Write');
    expect(await claims({ role: 'operator', scopes: [] })).toBe('');
    expect(await claims({ role: 'service' })).toBeUndefined();
  });

  it('keeps its key over a restart, readable by its owner alone, and never publishes the private part', async () => {
    const published = async (): Promise<string> => (await fetch(`${issuer.url}/keys`)).text();
    const before = await published();
    await issuer.close();
    issuer = await startIssuer({ keys: await openIssuerKeys(file), port: 0 });
    expect(await published()).toBe(before);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(before).not.toContain((JSON.parse(readFileSync(file, 'utf8')) as { d: string }).d);
  });

  it.each([
    [{ role: 'king' }, 'role: must be one of customer, operator, service'],
    [{ role: 'customer', subject: 'a b' }, 'subject: must be'],
    [{ role: 'customer', seconds: 0 }, 'seconds: must be 1 to 86400'],
    [{ role: 'customer', scopes: ['Orders.Burn'] }, 'scopes: must be some of Orders.Read'],
    [{ role: 'service', scopes: ['Orders.Read'] }, 'scopes: a service acts for itself'],
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
    issuer = await startIssuer({ keys: await openIssuerKeys(file), port: Number(new URL(url).port) });
    expect(await failing()).toEqual(expect.any(String));
  });
});

describe('the issuer, for identities', () => {
  let folder: string;
  let issuer: Issuer;
  const secrets = new Map([
    ['secret-of-order', 'order'],
    ['secret-of-payment', 'payment'],
  ]);
  const good = { resource: 'https://eventhubs.azure.net/', 'api-version': '2019-08-01', client_id: 'order' };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'daybook-issuer-'));
    issuer = await startIssuer({ keys: await openIssuerKeys(join(folder, 'issuer.json')), port: 0, secrets });
  });
  afterAll(async () => {
    await issuer.close();
    rmSync(folder, { recursive: true });
  });

  const ask = async (secret: string | undefined, query: object) => {
    const search = new URLSearchParams(query as Record<string, string>);
    const headers: Record<string, string> = secret === undefined ? {} : { 'x-identity-header': secret };
    const response = await fetch(`${issuer.url}/msi/token?${search}`, { headers });
    return { status: response.status, body: (await response.json()) as Record<string, string> };
  };

  it.each(['https://eventhubs.azure.net/', 'https://storage.azure.com', 'https://127.0.0.1:8081'])(
    'gives a token for %s to whose secret it is shown',
    async (resource) => {
      const { status, body } = await ask('secret-of-order', { ...good, resource });
      expect(status).toBe(200);
      expect(body).toMatchObject({ token_type: 'Bearer', resource, client_id: 'order' });
      const keys = createRemoteJWKSet(new URL(`${issuer.url}/keys`));
      const { payload } = await jwtVerify(body['access_token'] ?? '', keys, { audience: resource });
      expect(payload).toMatchObject({
        oid: 'order',
        sub: 'order',
        iss: expect.stringMatching(/^https:\/\/sts\.windows\.net\//),
      });
      expect(String(payload.exp)).toBe(body['expires_on']);
      expect((payload.exp ?? 0) - (payload.nbf ?? 0)).toBe(3_600);
    },
  );

  it('goes by the secret, also where no client id is named', async () => {
    const { body } = await ask('secret-of-payment', { ...good, client_id: 'payment' });
    expect(decodeJwt(body['access_token'] ?? '')['oid']).toBe('payment');
    const { client_id: _, ...unnamed } = good;
    expect((await ask('secret-of-order', unnamed)).body['client_id']).toBe('order');
  });

  it.each<[string, string | undefined, object, number]>([
    ['without a secret', undefined, {}, 401],
    ['with a secret of nobody', 'another', {}, 401],
    ['with the secret of another than is named', 'secret-of-order', { client_id: 'payment' }, 400],
    ['for what is no store', 'secret-of-order', { resource: 'https://management.azure.com' }, 400],
    ['for the services themselves', 'secret-of-order', { resource: 'api://daybook' }, 400],
    ['in another version', 'secret-of-order', { 'api-version': '2017-09-01' }, 400],
  ])('gives none %s, and repeats no secret', async (_what, secret, change, status) => {
    const answer = await ask(secret, { ...good, ...change });
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ error: 'invalid_request', message: expect.any(String) });
    expect(JSON.stringify(answer.body)).not.toContain(secret ?? 'secret-of');
  });
});
