import { createLocalJWKSet, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { createTokenVerifier, type TokenVerifier } from './verifier.ts';

const settings = { issuer: 'https://issuer.example', audience: 'daybook', jwksUri: 'https://issuer.example/keys' };
const inAnHour = Math.floor(Date.now() / 1000) + 3_600;
const well = {
  iss: settings.issuer,
  aud: settings.audience,
  sub: 's-1',
  oid: 'o-1',
  roles: ['operator'],
  exp: inAnHour,
};

describe('a token', () => {
  let verifier: TokenVerifier;
  let issue: (claims: JWTPayload) => Promise<string>;
  let forge: (claims: JWTPayload) => Promise<string>;
  let published: JWK;
  beforeAll(async () => {
    const [own, foreign] = [await generateKeyPair('ES256'), await generateKeyPair('ES256')];
    const jwk = (published = { ...(await exportJWK(own.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' });
    verifier = createTokenVerifier(settings, createLocalJWKSet({ keys: [jwk] }));
    const sign = (key: Awaited<ReturnType<typeof generateKeyPair>>['privateKey']) => (claims: JWTPayload) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).sign(key);
    [issue, forge] = [sign(own.privateKey), sign(foreign.privateKey)];
  });

  it('says who it is about, by oid, and in which roles that are known here', async () => {
    const token = await issue({ ...well, roles: ['operator', 'admin', 'customer'] });
    expect(await verifier.verify(token)).toEqual({ id: 'o-1', roles: ['customer', 'operator'] });
  });

  it('without an oid is about its sub, and without roles gives none', async () => {
    const { oid: _oid, roles: _roles, ...bare } = well;
    expect(await verifier.verify(await issue(bare))).toEqual({ id: 's-1', roles: [] });
  });

  it('with scopes speaks for a person, and its bearer is no service', async () => {
    const token = await issue({ ...well, roles: ['operator', 'service'], scp: 'Orders.Read  Stock.Read' });
    expect(await verifier.verify(token)).toEqual({
      ...{ id: 'o-1', roles: ['operator'] },
      scopes: ['Orders.Read', 'Stock.Read'],
    });
    for (const scp of ['', ['Orders.Read'], null]) {
      const odd = await verifier.verify(await issue({ ...well, scp } as JWTPayload));
      expect(odd.scopes).toEqual([]);
    }
  });

  it.each<[string, JWTPayload]>([
    ['of another issuer', { ...well, iss: 'https://elsewhere.example' }],
    ['for another audience', { ...well, aud: 'another' }],
    ['that has expired', { ...well, exp: inAnHour - 7_200 }],
    ['that is not valid yet', { ...well, nbf: inAnHour }],
    ['that never expires', { ...well, exp: undefined as unknown as number }],
    ['about nobody', { ...well, oid: 'a b' }],
  ])('%s is refused', async (_case, claims) => {
    await expect(verifier.verify(await issue(claims))).rejects.toMatchObject({ code: 'invalid-token' });
  });

  it('that somebody else signed, or nobody, or that is none, is refused', async () => {
    const unsigned = `${btoa('{"alg":"none"}')}.${btoa(JSON.stringify(well))}.`.replaceAll('=', '');
    for (const token of [await forge(well), unsigned, 'rubbish', 'x'.repeat(9_000)]) {
      await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'invalid-token' });
    }
  });

  it('signed with what the issuer publishes, as if that were a secret, is refused', async () => {
    const secrets = [JSON.stringify(published), published.x ?? '', 'k1'.padEnd(32, '.')];
    for (const secret of secrets) {
      const token = await new SignJWT(well)
        .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
        .sign(new TextEncoder().encode(secret));
      await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'invalid-token' });
    }
  });

  it('cannot be judged while the issuer does not answer, which is not the same as being wrong', async () => {
    const away = createTokenVerifier({ ...settings, jwksUri: 'http://127.0.0.1:9/keys' });
    await expect(away.verify(await issue(well))).rejects.toMatchObject({ code: 'issuer-unavailable' });
  });
});
