import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { namedIssuer, readCertificate } from '@daybook/cosmos-emulator/shared';
import { parseRoles } from './access/roles.ts';
import { parseConfig } from './config.ts';
import { createEventHubsEmulator } from './emulator.ts';

const HELP = `Event Hubs emulator: the AMQP protocol of Azure Event Hubs over SQLite

  --port N       port to listen on (5672; 0 takes a free one)
  --host HOST    address to listen on (127.0.0.1)
  --data DIR     directory of the data (.event-hubs)
  --cert FILE    speak TLS too, on the same port, with this certificate (PEM) …
  --key FILE     … and its private key (PEM)
  --roles FILE   JSON: role assignments for Entra tokens, {"roleAssignments":[{"principalId","roleDefinitionId","scope"}]}
  --issuer NAME  believe tokens of this issuer alone (their iss) …
  --jwks-uri URL … which publishes its keys here
  --admin-port N also serve faults and lag there, on loopback (see the README)
  --config FILE  JSON: {"hubs":[{"name":"orders","partitions":4,"consumerGroups":["projections"]}]}
  --help         this text
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '5672' },
      host: { type: 'string', default: '127.0.0.1' },
      data: { type: 'string', default: '.event-hubs' },
      config: { type: 'string' },
      cert: { type: 'string' },
      key: { type: 'string' },
      roles: { type: 'string' },
      issuer: { type: 'string' },
      'jwks-uri': { type: 'string' },
      'admin-port': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const port = portFrom('--port', values.port);
  const admin = values['admin-port'];
  const adminPort = admin === undefined ? undefined : portFrom('--admin-port', admin);
  if (values.config === undefined) throw new Error('--config FILE is required: it names the hubs (see --help)');
  const certificate = readCertificate(values);
  const issuer = namedIssuer(values);

  const emulator = createEventHubsEmulator({
    storage: join(values.data, 'event-hubs.sqlite'),
    hubs: parseConfig(readFileSync(values.config, 'utf8')),
    ...(values.roles === undefined ? {} : { roles: parseRoles(readFileSync(values.roles, 'utf8')) }),
    ...(issuer === undefined ? {} : { issuer }),
    onProblem: (problem) => console.error(problem),
  });
  const refused = async (option: string, taken: string, error: NodeJS.ErrnoException): Promise<never> => {
    await emulator.close();
    if (error.code !== 'EADDRINUSE') throw error;
    throw new Error(`Port ${taken} is in use; stop what listens there or choose another with ${option}`);
  };
  const listener = await emulator
    .listen({ host: values.host, port, certificate })
    .catch((error) => refused('--port', `${port} of ${values.host}`, error));
  const administered =
    adminPort === undefined
      ? undefined
      : await emulator.listenAdmin({ port: adminPort }).catch((error) => refused('--admin-port', admin ?? '', error));
  console.log(
    `Event Hubs emulator listening on ${values.host}:${listener.port}${certificate === undefined ? '' : ', with TLS'}, generation ${emulator.generationId}` +
      (administered === undefined ? '' : `, administered on ${administered.url}`),
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => void emulator.close().catch(fail));
  }
}

function portFrom(option: string, text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new Error(`${option} must be a number from 0 to 65535`);
}

function fail(error: unknown): void {
  console.error(`event-hubs-emulator: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

main().catch(fail);
