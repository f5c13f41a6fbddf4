import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';

/** A certificate and its private key in PEM, as `node:https` takes them. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Makes a certificate for this host and the loopback names, good for a year. Clients trust it by itself: there is no authority above it. */
export const createCertificate = async (host: string): Promise<Certificate> => {
  // Loaded when it is needed only: it is slow to load.
  const { generate } = await import('selfsigned');
  const addresses = [...new Set(['127.0.0.1', '::1', ...(isIP(host) === 0 ? [] : [host])])];
  const names = [...new Set(['localhost', ...(isIP(host) === 0 ? [host] : [])])];
  // A name of its own: who trusts several could not tell them apart otherwise.
  const pems = await generate([{ name: 'commonName', value: `Daybook ${randomUUID()}` }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...names.map((value) => ({ type: 2 as const, value })),
          ...addresses.map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  });
  return { cert: pems.cert, key: pems.private };
};
