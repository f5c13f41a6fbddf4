import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseRoles } from './access/parse-roles.ts';
import { createCosmosEmulator } from './emulator.ts';
import { namedIssuer, readCertificate } from './shared/flags.ts';

const help = `Cosmos DB (NoSQL) emulator over SQLite

  --port N            port to listen on (8081; environment COSMOS_EMULATOR_PORT)
  --host ADDRESS      address to listen on (127.0.0.1)
  --cert FILE         speak https too, on the same port, with this certificate (PEM) …
  --key FILE          … and its private key (PEM)
  --roles FILE        role definitions and assignments for Entra tokens, as JSON
  --issuer NAME       believe tokens of this issuer alone (their iss) …
  --jwks-uri URL      … which publishes its keys here
  --admin-port N      also serve recorder, faults and splits there, on loopback (see the README)
  --data DIR          where the data is kept (.cosmos-emulator)
  --feed-ranges N     feed ranges per container, fixed when the data is made (4)
  --help              this text
`;

const whole = (name: string, text: string): number => {
  if (!/^\d{1,5}$/.test(text)) throw new Error(`${name} must be a whole number, not ${JSON.stringify(text)}.`);
  return Number(text);
};

const run = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: process.env['COSMOS_EMULATOR_PORT'] ?? '8081' },
      host: { type: 'string', default: '127.0.0.1' },
      cert: { type: 'string' },
      key: { type: 'string' },
      roles: { type: 'string' },
      issuer: { type: 'string' },
      'jwks-uri': { type: 'string' },
      'admin-port': { type: 'string' },
      data: { type: 'string', default: '.cosmos-emulator' },
      'feed-ranges': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(help);
  const port = whole('--port', values.port);
  const ranges = values['feed-ranges'];
  const admin = values['admin-port'];
  const adminPort = admin === undefined ? undefined : { port: whole('--admin-port', admin) };
  const certificate = readCertificate(values);
  const issuer = namedIssuer(values);
  const roles = values.roles === undefined ? undefined : parseRoles(readFileSync(values.roles, 'utf8'));
  mkdirSync(values.data, { recursive: true });
  const emulator = createCosmosEmulator({
    storage: join(values.data, 'cosmos.sqlite'),
    feedRanges: ranges === undefined ? undefined : whole('--feed-ranges', ranges),
    roles,
    issuer,
  });
  try {
    const { url, secureUrl } = await emulator.listen({ host: values.host, port, certificate });
    const administered =
      adminPort === undefined ? '' : `, administered on ${(await emulator.listenAdmin(adminPort)).url}`;
    const both = secureUrl === undefined ? url : `${url} and ${secureUrl}`;
    console.log(`Cosmos DB emulator listening on ${both}, data in ${values.data}${administered}`);
  } catch (error) {
    await emulator.close();
    const busy = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    const ports = [port, ...(adminPort === undefined ? [] : [adminPort.port])].join(' or ');
    throw busy ? new Error(`Port ${ports} is in use. Choose another with --port or COSMOS_EMULATOR_PORT.`) : error;
  }
  const stop = (): void => void emulator.close().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
};

run().catch((error: unknown) => {
  console.error(`cosmos-emulator: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});
