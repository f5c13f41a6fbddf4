import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCertificate } from '@daybook/cosmos-emulator/shared';
import { replaceFile } from '../files.ts';

/** Absolute paths. */
export interface CertificateFiles {
  /** What the stores show to their clients: for 127.0.0.1 and localhost, on any port. */
  readonly cert: string;
  readonly key: string;
  /** What clients trust (`NODE_EXTRA_CA_CERTS`): the certificate, and what was trusted anyway. */
  readonly trusted: string;
}

export const certificateFilesIn = (dataFolder: string): CertificateFiles => ({
  cert: join(dataFolder, 'keys', 'certificate.pem'),
  key: join(dataFolder, 'keys', 'certificate-key.pem'),
  trusted: join(dataFolder, 'keys', 'trusted.pem'),
});

const dayMs = 86_400_000;
/** One that ends sooner is replaced: a system may run for so long before it has to be started again. */
const leftMsMin = 30 * dayMs;

/** Makes the certificate of the stores, where there is none that is good for long enough. `alsoTrusted`: a file of others in PEM. */
export async function makeCertificate(
  dataFolder: string,
  nowMs: number,
  alsoTrusted: string | undefined,
): Promise<void> {
  const files = certificateFilesIn(dataFolder);
  mkdirSync(join(dataFolder, 'keys'), { recursive: true, mode: 0o700 });
  if (!isGood(files, nowMs)) {
    const { cert, key } = await createCertificate('127.0.0.1');
    replaceFile(files.key, key);
    replaceFile(files.cert, cert);
  }
  const others = alsoTrusted === undefined ? '' : (readText(alsoTrusted) ?? '');
  replaceFile(files.trusted, `${readFileSync(files.cert, 'utf8').trimEnd()}\n${others}`);
}

/** Also false when the two files do not belong together: a crash came between them. */
function isGood({ cert, key }: CertificateFiles, nowMs: number): boolean {
  try {
    const certificate = new X509Certificate(readFileSync(cert));
    return (
      certificate.checkPrivateKey(createPrivateKey(readFileSync(key))) &&
      certificate.validToDate.getTime() - nowMs > leftMsMin
    );
  } catch {
    return false;
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
