// The development issuer as a process: node main.ts --port N --keys FILE
import { parseArgs } from 'node:util';
import { openIssuerKeys } from './issuer-keys.ts';
import { startIssuer } from './issuer.ts';

const { values } = parseArgs({ options: { port: { type: 'string' }, keys: { type: 'string' } } });
if (values.port === undefined || values.keys === undefined) {
  console.error('usage: --port N --keys FILE');
  process.exit(2);
}
const issuer = await startIssuer(await openIssuerKeys(values.keys), Number(values.port));
process.once('SIGTERM', () => void issuer.close().then(() => process.exit(0)));
console.log(`issuer at ${issuer.url}`);
