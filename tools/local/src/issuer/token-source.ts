import type { TokenRequest } from './issuer.ts';

/** A token that is good now. */
export type TokenSource = () => Promise<string>;

const renewAtPart = 0.8;
const timeoutMs = 10_000;

/** Tokens of a development issuer, asked for when the one in hand has nearly run out. @throws Error saying what the issuer said */
export function createTokenSource(issuerUrl: string, request: TokenRequest): TokenSource {
  let current: { readonly token: Promise<string>; readonly renewAtMs: number } | undefined;
  const seconds = request.seconds ?? 3_600;
  return () => {
    if (current === undefined || performance.now() >= current.renewAtMs) {
      const token = askForToken(issuerUrl, request);
      current = { token, renewAtMs: performance.now() + seconds * 1_000 * renewAtPart };
      // One that could not be had is asked for again.
      token.catch(() => (current = undefined));
    }
    return current.token;
  };
}

/** A new token. @throws Error */
export async function askForToken(issuerUrl: string, request: TokenRequest): Promise<string> {
  const response = await fetch(`${issuerUrl}/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((error: unknown) => {
    throw new Error(`the issuer of tokens at ${issuerUrl} does not answer: is Daybook running? (npm start)`, {
      cause: error,
    });
  });
  const body = (await response.json()) as { readonly access_token?: string; readonly error_description?: string };
  if (body.access_token === undefined) throw new Error(body.error_description ?? `no token: ${response.status}`);
  return body.access_token;
}

/** `fetch` with a token of the system's development issuer, or, where it has none, without. */
export function fetchAs({ issuer }: { readonly issuer?: string }, request: TokenRequest): typeof fetch {
  if (issuer === undefined) return fetch;
  const token = createTokenSource(issuer, request);
  return async (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('authorization', `Bearer ${await token()}`);
    return fetch(input, { ...init, headers });
  };
}
