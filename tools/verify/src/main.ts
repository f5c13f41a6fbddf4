// npm run verify
import { parseArgs } from 'node:util';
import { isBlobStoreError, systemRuntime } from '@daybook/ports';
import { anchorRule, checkAnchors, writeAnchors } from './anchors.ts';
import { verifyChains } from './chains.ts';
import { checkDeadLetters, deadLetterRule } from './check-dead-letters.ts';
import { checkSnapshots, readSnapshots, snapshotRule } from './check-snapshots.ts';
import { readHistories } from './histories.ts';
import { checkPublished, publishedRule, publishGaps, storedRule } from './reconcile.ts';
import { type Stores, withStores } from './stores.ts';
import { type Verification, verifyHistories } from './verify.ts';

const usage = `npm run verify: checks everything that must hold of the stored events

  --settled        orders whose fulfilment is under way count as findings, too
  --anchor         if all is well, writes a signed anchor of every service's stream heads; later runs check the newest
  --republish      publishes what was never published, each stream in its order
  --chains         checks the chain of every stream and nothing else: in bounded memory, for stores of any size
  --resume FILE    with --chains: goes on from what is kept in FILE, and keeps there how far it has come
  --json           the last line of standard output is one JSON object
  --help           this text

Checks the system that is running or the one named by COSMOS_ENDPOINT and COSMOS_KEY; with none running, the data at rest in
.daybook/ (DAYBOOK_DATA, DAYBOOK_PORT_OFFSET). A Daybook of this machine is looked at as an operator, and --republish uses its keys.
Without --chains every event is read into memory: about 1 KB each.
Anchors are signed with keys/anchors.pem in the data folder, or with the Key Vault key named by ANCHOR_KEY (https://<vault>/keys/<name>).
Exit code 1: something is wrong with the data; 2: it could not be checked.`;

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`verify: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}

async function main(): Promise<number> {
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({
    options: {
      settled: flag,
      anchor: flag,
      republish: flag,
      chains: flag,
      resume: { type: 'string' },
      json: flag,
      help: flag,
    },
  });
  if (values.help === true) {
    console.log(usage);
    return 0;
  }
  const { chains = false, anchor = false, settled = false, json = false, republish = false, resume } = values;
  if (resume !== undefined && !chains) throw new Error('--resume goes with --chains');
  if (chains && (anchor || settled || republish))
    throw new Error('--chains looks at chains alone: leave out --anchor, --settled and --republish');
  return withStores(process.env, republish, (stores) =>
    chains ? checkChains(stores, resume, json) : check(stores, values),
  );
}

async function check(
  stores: Stores,
  {
    settled = false,
    anchor = false,
    json = false,
    republish = false,
  }: { settled?: boolean; anchor?: boolean; json?: boolean; republish?: boolean },
): Promise<number> {
  const runtime = systemRuntime();
  const readAtMs = runtime.now();
  const snapshots = await readSnapshots(stores.snapshots);
  const histories = await readHistories(stores.events, progress);
  endProgress();
  const verified = verifyHistories(histories);
  const anchored = await placed(() => checkAnchors(histories, stores));
  const replayed = checkSnapshots(histories, snapshots);
  const parked = await checkDeadLetters(stores.deadLetters, runtime);
  const { hubs, deadLetters } = stores;
  const published = hubs && (await checkPublished(histories, { hubs, deadLetters, runtime, readAtMs, settled }));
  const result: Verification = {
    ...verified,
    checked: [
      ...verified.checked,
      { rule: anchorRule, count: anchored.count },
      { rule: snapshotRule, count: replayed.count },
      { rule: deadLetterRule, count: parked.count },
      ...(published === undefined
        ? []
        : [
            { rule: publishedRule, count: published.expected - published.notRetained - published.underWay },
            { rule: storedRule, count: published.found },
          ]),
    ],
    findings: [
      ...verified.findings,
      ...anchored.findings,
      ...replayed.findings,
      ...parked.findings,
      ...(published?.findings ?? []),
    ],
  };
  const { orders } = result;
  const unsettled = orders.byProgress['in flight'] + orders.byProgress.parked;
  const wrong = result.findings.length > 0 || (settled && unsettled > 0);
  console.log(describe(result));
  if (replayed.outdated > 0) {
    console.log(`  ${replayed.outdated} snapshots are of older code: the services pass them over and write others`);
  }
  if (published === undefined) console.log('  the hubs were not looked at: EVENTHUBS_CONNECTION_STRING names none');
  else if (published.notRetained + published.underWay > 0) {
    console.log(
      `  not judged: ${published.notRetained} messages older than the hubs retain, ${published.underWay} under way`,
    );
  }
  console.log(wrong ? '\nNOT ALL IS WELL.' : '\nAll is well.');
  if (republish && hubs !== undefined && published !== undefined) {
    console.log(`Published: ${await publishGaps(published.gaps, hubs)} messages; verify again to see them found.`);
  }
  let written: readonly string[] = [];
  if (anchor && wrong) console.log('No anchor was written: it would vouch for what is wrong.');
  else if (anchor) {
    written = await placed(() => writeAnchors(histories, stores, systemRuntime()));
    console.log(`Anchored: ${written.join(', ')}`);
  }
  if (json) console.log(JSON.stringify({ ...result, anchors: anchored.anchors, written, ok: !wrong }));
  return wrong ? 1 : 0;
}

async function checkChains(stores: Stores, resumeFile: string | undefined, json: boolean): Promise<number> {
  const results = await verifyChains(stores.events, {
    runtime: systemRuntime(),
    ...(resumeFile === undefined ? {} : { resumeFile }),
    onProgress: progress,
  });
  endProgress();
  let wrong = false;
  for (const [container, { events, streams, bad, unlisted }] of Object.entries(results)) {
    wrong ||= bad.length > 0;
    console.log(
      `${container}: ${events} events in ${streams} streams, ${bad.length === 0 ? 'ok' : `${bad.length} BROKEN`}`,
    );
    for (const { version, message } of bad.slice(0, 50)) console.log(`  version ${version}: ${message}`);
    if (bad.length > 50) console.log(`  … and ${bad.length - 50} more streams`);
    if (unlisted > 0) console.log(`  … and ${unlisted} bad events of yet others`);
  }
  console.log(wrong ? '\nNOT ALL IS WELL.' : '\nAll is well.');
  if (json) console.log(JSON.stringify({ containers: results, ok: !wrong }));
  return wrong ? 1 : 0;
}

/** A system that was provisioned before there were anchors has no place for them. */
async function placed<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    if (!isBlobStoreError(error) || error.code !== 'not-found') throw error;
    throw new Error('there is no Blob container for anchors: provision the system (npm start does)', { cause: error });
  }
}

function progress(what: string, events: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\rreading ${what}: ${events} events   `);
}

function endProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\n');
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
