// The development issuer as a process: node main.ts --port N --keys FILE --identities FOLDER
import { parseArgs } from 'node:util';
import { readSecrets } from '../identities/secrets.ts';
import { openIssuerKeys } from './issuer-keys.ts';
import { startIssuer } from './issuer.ts';

const text = { type: 'string' } as const;
const { values } = parseArgs({ options: { port: text, keys: text, identities: text } });
if (values.port === undefined || values.keys === undefined || values.identities === undefined) {
  console.error('usage: --port N --keys FILE --identities FOLDER');
  process.exit(2);
}
const keys = await openIssuerKeys(values.keys);
const issuer = await startIssuer({ keys, port: Number(values.port), secrets: readSecrets(values.identities) });
process.once('SIGTERM', () => void issuer.close().then(() => process.exit(0)));
console.log(`issuer at ${issuer.url}`);
