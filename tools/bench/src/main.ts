// npm run bench -- SUITE
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmulator } from './emulator-process.ts';
import { benchEventStore, targets } from './eventstore/eventstore.ts';
import { benchFeed, feedTargets } from './feed/feed.ts';

const usage = `npm run bench -- SUITE [--json]: measures Daybook in one run on this machine

  eventstore   the event store against itself
  feed         how long events take to a read model and to a hub's consumer, with 200 a second arriving

  --json   one line of JSON as the last line
  --help   this text

The emulators run in processes of their own, with data that is gone afterwards. Exit code 0: all targets were met; 1: one was
not, or it failed; 2: it was called wrongly.`;

const repository = join(import.meta.dirname, '../../..');

interface Suite {
  /** @returns a value for each of the targets */
  readonly measure: (cosmos: string) => Promise<object>;
  readonly targets: Readonly<Record<string, { readonly text: string; met(value: number): boolean }>>;
}

const suites: Readonly<Record<string, Suite>> = {
  eventstore: { measure: benchEventStore, targets },
  feed: { measure: (cosmos) => benchFeed(cosmos, repository), targets: feedTargets },
};

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
  const suite = positionals.length === 1 ? suites[positionals[0] ?? ''] : undefined;
  if (suite === undefined) {
    console.error(`bench: name what to measure: ${Object.keys(suites).join(' or ')}\n\n${usage}`);
    return 2;
  }
  return benchSuite(suite, values.json === true);
}

async function benchSuite({ measure, targets: wanted }: Suite, json: boolean): Promise<number> {
  const emulator = await startEmulator(repository);
  try {
    const results = (await measure(emulator.endpoint)) as Readonly<Record<string, number>>;
    let missed = 0;
    for (const [name, { text, met }] of Object.entries(wanted)) {
      const value = results[name] ?? Number.NaN;
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
