import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseConfig } from './config.ts';
import { createEventHubsEmulator } from './emulator.ts';

const HELP = `Event Hubs emulator: the AMQP protocol of Azure Event Hubs over SQLite

  --port N       port to listen on (5672; 0 takes a free one)
  --host HOST    address to listen on (127.0.0.1)
  --data DIR     directory of the data (.event-hubs)
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
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('--port must be a number from 0 to 65535');
  if (values.config === undefined) throw new Error('--config FILE is required: it names the hubs (see --help)');

  const emulator = createEventHubsEmulator({
    storage: join(values.data, 'event-hubs.sqlite'),
    hubs: parseConfig(readFileSync(values.config, 'utf8')),
    onProblem: (problem) => console.error(problem),
  });
  const listener = await emulator.listen({ host: values.host, port }).catch(async (error: NodeJS.ErrnoException) => {
    await emulator.close();
    if (error.code !== 'EADDRINUSE') throw error;
    throw new Error(`Port ${port} of ${values.host} is in use; stop what listens there or choose another with --port`);
  });
  console.log(`Event Hubs emulator listening on ${values.host}:${listener.port}, generation ${emulator.generationId}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => void emulator.close().catch(fail));
  }
}

function fail(error: unknown): void {
  console.error(`event-hubs-emulator: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

main().catch(fail);
