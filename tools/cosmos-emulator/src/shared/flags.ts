import { readFileSync } from 'node:fs';
import type { Certificate } from './certificate.ts';
import type { TokenIssuer } from './tokens.ts';

/** The certificate that `--cert FILE --key FILE` name. Throws when one is there without the other. */
export const readCertificate = ({ cert, key }: { cert?: string; key?: string }): Certificate | undefined => {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) throw new Error('--cert and --key go together.');
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
};

/** The issuer of tokens that `--issuer NAME --jwks-uri URL` name. Throws when one is there without the other. */
export const namedIssuer = (values: { issuer?: string; 'jwks-uri'?: string }): TokenIssuer | undefined => {
  const { issuer, 'jwks-uri': jwksUri } = values;
  if (issuer === undefined && jwksUri === undefined) return undefined;
  if (issuer === undefined || jwksUri === undefined) throw new Error('--issuer and --jwks-uri go together.');
  if (!URL.canParse(jwksUri)) throw new Error(`--jwks-uri must be a URL, not ${JSON.stringify(jwksUri)}.`);
  return { issuer, jwksUri };
};
