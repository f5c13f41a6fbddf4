// A feed processor in a process of its own, so that it can be killed, stopped and woken: it keeps a read model, and notes what it meets.
// Its one argument is JSON: see `ProcessorPlan`. SIGTERM ends it gracefully.
import { appendFileSync } from 'node:fs';
import { cosmosClient, cosmosContainer } from '@daybook/azure';
import { createFeedProcessor } from '@daybook/change-feed';
import { type Container, type Document, type Stored, isContainerError, systemRuntime } from '@daybook/ports';
import { type Counted, type Entry, type Note, type ProcessorPlan, limits } from './notes.ts';

const plan = JSON.parse(process.argv[2] ?? '') as ProcessorPlan;
const runtime = systemRuntime();
const client = cosmosClient({ endpoint: plan.endpoint, key: plan.key });
const open = <T extends Document>(name: string): Container<T> =>
  cosmosContainer<T>(client.database(plan.database).container(name));
const readModel = open<Counted>('read-model');

/** One small append to one file: its order is the order of what happened, whichever process it happened in. */
const note = (what: Note): void => appendFileSync(plan.notes, `${JSON.stringify(what)}\n`);
const { instance } = plan;

/** Counts one document, once: the version says whether it was, the etag that nobody else has since. */
async function count(key: string, { n }: Entry): Promise<void> {
  for (;;) {
    const stored = (await readModel.read(key, key)).document;
    const version = stored?.version ?? 0;
    if (n <= version) return;
    if (n > version + 1) throw new Error(`${key}: ${n} came after ${version}`);
    // Long enough to be stopped or killed just here.
    await runtime.sleep(40);
    const document: Counted = { id: key, version: n, counted: (stored?.counted ?? 0) + 1 };
    const operation = { kind: 'replace', document, ifMatch: stored?._etag ?? '' } as const;
    const outcome = await readModel.batch(key, [stored === undefined ? { kind: 'create', document } : operation]);
    if (outcome.applied) return;
    note({ what: 'refused', instance, key, n });
  }
}

const feed = createFeedProcessor<Entry>({
  ...{ name: 'counts', instance, runtime, limits },
  source: open<Entry>('events'),
  leases: open('leases'),
  keyOf: ({ key }) => key,
  orderOf: ({ n }) => n,
  async handleKey(documents: readonly Stored<Entry>[], { key, signal }) {
    const fenced = (): void => note({ what: 'fenced', instance, key });
    signal.addEventListener('abort', fenced, { once: true });
    for (const document of documents) {
      note({ what: 'delivered', instance, key, n: document.n });
      await count(key, document);
    }
    signal.removeEventListener('abort', fenced);
  },
  onError: (error, { during }) => {
    const message = error instanceof Error ? error.message : String(error);
    note({ what: 'error', instance, during, message: isContainerError(error) ? error.code : message });
  },
});

process.once('SIGTERM', () => {
  void feed.stop().then(() => {
    client.dispose();
    note({ what: 'left', instance });
    process.exit(0);
  });
});
// It never outlives the test that began it.
process.on('disconnect', () => process.exit(1));
await feed.start();
note({ what: 'joined', instance });
