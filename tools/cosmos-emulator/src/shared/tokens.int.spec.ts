import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { JWK } from 'jose';
import { EMULATOR_KEY } from '../protocol/authorization.ts';
import { signDevToken } from './dev-token.ts';
import { createTokenVerifier, isTokenInvalid, isTokenUnverifiable } from './tokens.ts';
import type { TokenVerifier } from './tokens.ts';

const nowMs = 1_700_000_000_000;
const audiences = ['https://account.invalid/', 'https://every.invalid'];
const check = { audiences, nowMs };
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** What is wrong with a token; undefined: nothing. */
const faultOf = (verifier: TokenVerifier, token: string, now = nowMs): Promise<string | undefined> =>
  verifier.verify(token, { audiences, nowMs: now }).then(
    () => undefined,
    (error: unknown) => (isTokenInvalid(error) ? error.fault : String(error)),
  );

describe('tokens where no issuer is named: those that the key signs', () => {
  const verifier = createTokenVerifier({ devKey: EMULATOR_KEY });
  const sign = (audience = 'https://account.invalid', key = EMULATOR_KEY): string =>
    signDevToken({ oid: 'me', audience, key, now: () => nowMs });

  it('are good for whom they are for, whatever the slash and the case', async () => {
    expect(await verifier.verify(sign(), check)).toMatchObject({ principal: 'me', expiresMs: nowMs + 3_600_000 });
    expect(await faultOf(verifier, sign('HTTPS://Every.invalid/'))).toBeUndefined();
    expect(await faultOf(verifier, sign('https://other.invalid'))).toBe('audience');
  });

  it('are refused when they are unsigned, changed, signed otherwise or no tokens', async () => {
    const [header = '', payload = '', signature = ''] = sign().split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    expect(await faultOf(verifier, `${encode({ alg: 'none' })}.${payload}.`)).toBe('signature');
    expect(await faultOf(verifier, `${header}.${payload}.`)).toBe('signature');
    expect(await faultOf(verifier, `${header}.${encode({ ...claims, oid: 'you' })}.${signature}`)).toBe('signature');
    expect(await faultOf(verifier, sign(undefined, 'another'))).toBe('signature');
    expect(await faultOf(verifier, 'x.y.z')).toBe('format');
    expect(await faultOf(verifier, 'nothing')).toBe('format');
    expect(await faultOf(verifier, 'x'.repeat(20_000))).toBe('too long');
  });
});

describe('tokens of an issuer that is named', () => {
  const issuer = 'https://sts.windows.net/tenant/';
  let server: Server;
  let url: string;
  let published: JWK[];
  let asked = 0;
  let signer: Awaited<ReturnType<typeof generateKeyPair>>;
  let verifier: TokenVerifier;

  const newKey = async (kid: string): Promise<typeof signer> => {
    const pair = await generateKeyPair('ES256', { extractable: true });
    published = [{ ...(await exportJWK(pair.publicKey)), kid, alg: 'ES256' }];
    return pair;
  };
  const from = Math.floor(nowMs / 1_000);
  const good = { iss: issuer, aud: 'https://account.invalid', oid: 'me', nbf: from, exp: from + 60 };
  const sign = (claims: object = {}, kid = 'first', key = signer.privateKey): Promise<string> =>
    new SignJWT({ ...good, ...claims }).setProtectedHeader({ alg: 'ES256', kid }).sign(key);

  beforeAll(async () => {
    server = createServer((_request, response) => {
      asked += 1;
      response.end(JSON.stringify({ keys: published }));
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
    signer = await newKey('first');
  });
  beforeEach(() => {
    asked = 0;
    verifier = createTokenVerifier({ issuer, jwksUri: url });
  });
  afterAll(() => void server.close());

  it('are good, for as long as they say', async () => {
    const token = await sign();
    expect(await verifier.verify(token, check)).toMatchObject({ principal: 'me', expiresMs: (from + 60) * 1_000 });
    expect(await faultOf(verifier, token, nowMs + 59_000)).toBeUndefined();
    expect(await faultOf(verifier, token, nowMs + 60_000)).toBe('expired');
    expect(await faultOf(verifier, token, nowMs - 1_000)).toBe('not yet valid');
    expect(asked).toBe(1);
  });

  it.each<[string, object]>([
    ['issuer', { iss: 'https://sts.windows.net/other/' }],
    ['audience', { aud: 'https://other.invalid' }],
    ['audience', { aud: ['https://account.invalid'] }],
    ['expired', { exp: from }],
    ['expired', { exp: undefined }],
    ['not yet valid', { nbf: from + 1 }],
    ['object id', { oid: undefined }],
  ])('are refused for their %s: %j', async (fault, claims) => {
    expect(await faultOf(verifier, await sign(claims))).toBe(fault);
  });

  it('are refused when somebody else signed them, or the published key was the secret', async () => {
    const other = await generateKeyPair('ES256');
    expect(await faultOf(verifier, await sign({}, 'first', other.privateKey))).toBe('signature');
    const secret = new TextEncoder().encode(JSON.stringify(published[0]));
    const symmetric = await new SignJWT(good).setProtectedHeader({ alg: 'HS256', kid: 'first' }).sign(secret);
    expect(await faultOf(verifier, symmetric)).toBe('signature');
    const dev = signDevToken({ oid: 'me', audience: 'https://account.invalid', now: () => nowMs });
    expect(await faultOf(verifier, dev)).toBe('signature');
  });

  it('stay good while the issuer is away; without its keys nothing is said about them', async () => {
    expect(await faultOf(verifier, await sign())).toBeUndefined();
    const unheard = createTokenVerifier({ issuer, jwksUri: 'http://127.0.0.1:1/keys' });
    const unverifiable = unheard.verify(await sign(), check).catch((error: unknown) => isTokenUnverifiable(error));
    expect(await unverifiable).toBe(true);
    await new Promise((resolve) => server.close(resolve));
    expect(await faultOf(verifier, await sign({ oid: 'another' }))).toBeUndefined();
    expect(asked).toBe(1);
  });
});
