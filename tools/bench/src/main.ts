// npm run bench -- SUITE
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmulator } from './emulator-process.ts';
import { benchEventStore, targets } from './eventstore/eventstore.ts';

const usage = `npm run bench -- eventstore [--json]: measures the event store against itself, in one run

  --json   one line of JSON as the last line
  --help   this text

The Cosmos DB emulator runs in a process of its own, with data that is gone afterwards. Exit code 0: all targets were met; 1: one was
not, or it failed; 2: it was called wrongly.`;

const repository = join(import.meta.dirname, '../../..');

process.exitCode = await run();

async function run(): Promise<number> {
  let flags;
  try {
    flags = parseArgs({
      allowPositionals: true,
      options: { json: { type: 'boolean' }, help: { type: 'boolean' } },
    });
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return 2;
  }
  const { values, positionals } = flags;
  if (values.help === true) {
    console.log(usage);
    return 0;
  }
  if (positionals.length !== 1 || positionals[0] !== 'eventstore') {
    console.error(`bench: name what to measure: eventstore\n\n${usage}`);
    return 2;
  }
  return benchSuite(values.json === true);
}

async function benchSuite(json: boolean): Promise<number> {
  const emulator = await startEmulator(repository);
  try {
    const results = await benchEventStore(emulator.endpoint);
    let missed = 0;
    for (const [name, { text, met }] of Object.entries(targets)) {
      const value = results[name as keyof typeof results];
      if (!met(value)) missed += 1;
      console.log(`${met(value) ? 'ok    ' : 'MISSED'} ${name.padEnd(28)} ${String(value).padStart(8)}   ${text}`);
    }
    if (json) console.log(JSON.stringify(results));
    return missed === 0 ? 0 : 1;
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return 1;
  } finally {
    await emulator.close();
  }
}
