// npm run verify
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { findRoot, resolveSettings, runningSystem, startSystem } from '@daybook/local';
import { readAllHistories } from './histories.ts';
import { type Verification, verifyHistories } from './verify.ts';

const usage = `npm run verify: checks everything that must hold of the stored events

  --settled    orders whose fulfilment is under way count as findings, too
  --json       the last line of standard output is one JSON object
  --help       this text

Checks the system that is running or the one named by COSMOS_ENDPOINT and COSMOS_KEY; with none running, the data at rest in
.daybook/ (DAYBOOK_DATA, DAYBOOK_PORT_OFFSET). Every event is read into memory: about 1 KB each.
Exit code 1: something is wrong with the data; 2: it could not be checked.`;

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`verify: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}

async function main(): Promise<number> {
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({ options: { settled: flag, json: flag, help: flag } });
  if (values.help === true) {
    console.log(usage);
    return 0;
  }
  const result = await withEvents(verify);
  const { orders } = result;
  const unsettled = orders.byProgress['in flight'] + orders.byProgress.parked;
  const wrong = result.findings.length > 0 || (values.settled === true && unsettled > 0);
  console.log(describe(result));
  console.log(wrong ? '\nNOT ALL IS WELL.' : '\nAll is well.');
  if (values.json === true) console.log(JSON.stringify({ ...result, ok: !wrong }));
  return wrong ? 1 : 0;
}

interface Stores {
  readonly endpoint: string;
  readonly key: string;
}

/** Finds the stores: those of the environment, of the running system, or the data at rest, served while it is looked at. */
async function withEvents<T>(task: (stores: Stores) => Promise<T>): Promise<T> {
  const settings = resolveSettings(process.env, findRoot(process.cwd()));
  const stores = (env: Readonly<Record<string, string>>): Stores => ({
    endpoint: env['COSMOS_ENDPOINT'] ?? '',
    key: env['COSMOS_KEY'] ?? '',
  });
  if (!settings.emulators.cosmos) return task(stores(settings.env));
  const running = await runningSystem(process.env);
  if (running !== undefined) return task(stores(running.env));
  if (!existsSync(settings.dataFolder)) {
    throw new Error(`there is no data in ${settings.dataFolder} and no system is running; begin with npm start`);
  }
  const system = await startSystem({
    dataFolder: settings.dataFolder,
    ports: 'free',
    services: false,
    command: 'npm run verify',
  });
  try {
    return await task(stores(system.env));
  } finally {
    await system.stop();
  }
}

async function verify(stores: Stores): Promise<Verification> {
  const histories = await readAllHistories({
    ...stores,
    onProgress: (service, events) => {
      if (process.stderr.isTTY) process.stderr.write(`\rreading ${service}: ${events} events   `);
    },
  });
  if (process.stderr.isTTY) process.stderr.write('\n');
  return verifyHistories(histories);
}

function describe({ events, streams, orders, checked, findings }: Verification): string {
  const list = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ') || 'none';
  return [
    `${events} events in ${streams} streams`,
    `orders: ${list(orders.byProgress)}; those that are over: ${list(orders.byOutcome)}`,
    '',
    ...checked.map(({ rule, count }) => {
      const broken = findings.filter((finding) => finding.rule === rule).length;
      return `  ${rule.padEnd(46)}${String(count).padStart(8)} checked   ${broken === 0 ? 'ok' : `${broken} BROKEN`}`;
    }),
    ...findings.slice(0, 50).map(({ rule, where, message }) => `  ${where}: ${rule}: ${message}`),
    ...(findings.length > 50 ? [`  … and ${findings.length - 50} more`] : []),
  ].join('\n');
}
