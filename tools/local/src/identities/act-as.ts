import { existsSync, readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { parseEnv } from 'node:util';
import type { DataIdentity } from '@daybook/contracts';
import type { Settings } from '../settings.ts';
import { isOfCredential } from './credential-variables.ts';
import { secretFile } from './secrets.ts';

type Environment = Readonly<Record<string, string>>;

/**
 * Makes this process trust the certificate of a system's stores, as NODE_EXTRA_CA_CERTS does for one that is started with it. Where none was
 * made yet there is nothing to trust.
 */
export function trustStores({ env }: Pick<Settings, 'env'>): void {
  const file = env['NODE_EXTRA_CA_CERTS'];
  if (file === undefined || !existsSync(file)) return;
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(file, 'utf8')]);
}

/**
 * What a program needs in its environment to reach the stores of a system as an identity; by the keys, where the system lives on them.
 *
 * @throws Error when the data folder has no secret of it: nothing was started there yet
 */
export function envOf(settings: Settings, identity: DataIdentity): Environment {
  if (settings.signIn === 'keys') return settings.env;
  const secret = readSecret(settings, identity);
  return { ...settings.serviceEnv, ...settings.identityEnv, AZURE_CLIENT_ID: identity, ...secret };
}

/** Makes this process an identity from here on: its `DefaultAzureCredential` signs in as that one. Returns {@link envOf} it. */
export function actAs(settings: Settings, identity: DataIdentity): Environment {
  const env = envOf(settings, identity);
  trustStores(settings);
  if (settings.signIn === 'identities') {
    for (const name of Object.keys(process.env).filter(isOfCredential)) delete process.env[name];
    Object.assign(process.env, Object.fromEntries(Object.entries(env).filter(([name]) => isOfCredential(name))));
  }
  return env;
}

function readSecret({ dataFolder }: Settings, identity: DataIdentity): Environment {
  try {
    return parseEnv(readFileSync(secretFile(dataFolder, identity), 'utf8')) as Environment;
  } catch (error) {
    throw new Error(`there is no identity ${identity} in ${dataFolder}; start Daybook there (npm start)`, {
      cause: error,
    });
  }
}
