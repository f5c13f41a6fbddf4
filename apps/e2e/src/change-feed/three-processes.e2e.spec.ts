import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { cosmosClient, cosmosContainer } from '@daybook/azure';
import { type CosmosEmulator, type FaultPlan, EMULATOR_KEY, createCosmosEmulator } from '@daybook/cosmos-emulator';
import { type Container, type Document, mulberry32 } from '@daybook/ports';
import { type LeaseWatch, watchLeases } from './lease-watch.ts';
import { type Load, beginLoad } from './load.ts';
import type { Counted, Note } from './notes.ts';
import { type Processor, beginProcessor, readNotes, signal } from './processors.ts';

/** Another gives another history; the faults of the emulator also depend on the order in which requests come. */
const seed = 20_101_201;
const database = 'feeds';

const plan: FaultPlan = {
  seed,
  rules: [
    { fault: { kind: 'status', status: 429, retryAfterMs: 5 }, chance: 0.01 },
    { fault: { kind: 'status', status: 449 }, chance: 0.02, match: { operations: ['batch'] } },
    { fault: { kind: 'status', status: 503 }, chance: 0.005 },
    { fault: { kind: 'reset-before' }, chance: 0.005 },
    { fault: { kind: 'executed-but-lost' }, chance: 0.01 },
    { fault: { kind: 'delay', ms: 80 }, chance: 0.01 },
  ],
};
const kindsOfFault = ['status-429', 'status-449', 'status-503', 'reset-before', 'executed-but-lost', 'delay'] as const;

let folder: string;
let emulator: CosmosEmulator;
let containers: Readonly<Record<'events' | 'leases' | 'read-model', Container>>;
let processors: Processor[];
let load: Load;
let watch: LeaseWatch;
let close: () => Promise<void>;
let begin: () => Processor;
let notes: () => readonly Note[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'daybook-feeds-'));
  emulator = createCosmosEmulator({ storage: join(folder, 'cosmos.db'), feedRanges: 8 });
  const { port } = await emulator.listen({ host: '127.0.0.1', port: 0 });
  const endpoint = `http://127.0.0.1:${port}`;
  const client = cosmosClient({
    endpoint: 'https://embedded.invalid',
    key: EMULATOR_KEY,
    httpClient: emulator.httpClient,
  });
  const opened = await client.databases.createIfNotExists({ id: database });
  const create = async (id: string, path: string): Promise<Container> => {
    const { container } = await opened.database.containers.createIfNotExists({ id, partitionKey: { paths: [path] } });
    return cosmosContainer<Document>(container);
  };
  containers = {
    events: await create('events', '/key'),
    leases: await create('leases', '/id'),
    'read-model': await create('read-model', '/id'),
  };
  const file = join(folder, 'notes');
  writeFileSync(file, '');
  notes = () => readNotes(file);
  processors = [];
  begin = () => {
    const instance = `i${processors.length + 1}`;
    const processor = beginProcessor({ endpoint, key: EMULATOR_KEY, database, instance, notes: file });
    processors.push(processor);
    return processor;
  };
  close = async () => {
    watch?.stop();
    await load?.stop();
    for (const { child } of processors) child.kill('SIGKILL');
    client.dispose();
    await emulator.close();
    rmSync(folder, { recursive: true, force: true });
  };
}, 20_000);
afterEach(() => close());

const running = (): Processor[] => processors.filter(({ state }) => state === 'running');

async function until(what: string, limitMs: number, holds: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > endMs) throw new Error(`${what}: not within ${limitMs} ms`);
    await pause(50);
  }
}

const joined = (instance: string): boolean =>
  notes().some((note) => note.what === 'joined' && note.instance === instance);

/** Those that hold ranges. */
const working = (): Processor[] => running().filter(({ instance }) => watch.owners().includes(instance));

/** How many ranges each running processor holds; true where they differ by one at most and none is left over. */
function isBalanced(): boolean {
  const owners = watch.owners();
  const counts = running().map(({ instance }) => owners.filter((owner) => owner === instance).length);
  const held = counts.reduce((sum, count) => sum + count, 0);
  return held === owners.length && Math.max(...counts) - Math.min(...counts) <= 1;
}

it('three processes over 8 ranges, killed, stopped, woken, joined and left at random under load with faults', async () => {
  const random = mulberry32(seed);
  const done = { killed: 0, stopped: 0, woken: 0, zombies: 0, joined: 0, left: 0, split: 0 };
  const chosen = async (): Promise<Processor> => {
    await until('somebody who works', 20_000, () => working().length > 1);
    return working()[Math.floor(random() * working().length)]!;
  };
  watch = watchLeases(containers.leases, 'counts');
  const first = [begin(), begin(), begin()];
  await until('three processes', 20_000, () => first.every(({ instance }) => joined(instance)));
  emulator.faults.plan(plan);
  load = beginLoad(containers.events, { keys: 24, everyMs: 15, random });

  const join = (): void => {
    begin();
    done.joined += 1;
  };
  const events: Readonly<Record<string, () => Promise<void>>> = {
    async kill() {
      signal(await chosen(), 'SIGKILL');
      done.killed += 1;
      join();
    },
    async stop() {
      const zombie = await chosen();
      const held = (): number => watch.owners().filter((owner) => owner === zombie.instance).length;
      signal(zombie, 'SIGSTOP');
      done.stopped += 1;
      // Until others have everything that it had, and have gone on with it.
      await until(`${zombie.instance} is replaced`, 20_000, () => held() === 0);
      await pause(500);
      done.zombies += 1;
      signal(zombie, 'SIGCONT');
      done.woken += 1;
    },
    async leave() {
      signal(await chosen(), 'SIGTERM');
      done.left += 1;
      join();
    },
    async split() {
      await emulator.splitRange({ database, container: 'events', durationMs: 100 });
      done.split += 1;
    },
  };
  const order = ['kill', 'stop', 'leave', 'split', 'stop', 'kill']
    .map((name) => ({ name, place: random() }))
    .sort((a, b) => a.place - b.place);
  for (const { name } of order) {
    await pause(400 + random() * 600);
    await events[name]?.();
  }
  await load.stop();
  const injected = emulator.faults.injected();
  emulator.faults.clear();
  const written = load.written();
  const complete = (): boolean => {
    const seen = new Set(notes().flatMap((note) => (note.what === 'delivered' ? [`${note.key}/${note.n}`] : [])));
    return [...written].every(([key, count]) =>
      Array.from({ length: count }, (_, n) => n + 1).every((n) => seen.has(`${key}/${n}`)),
    );
  };
  await until('everything delivered', 15_000, complete);
  await until('all have joined', 20_000, () => running().every(({ instance }) => joined(instance)));
  await until('balance', 15_000, isBalanced);

  const highest = new Map<string, number>();
  for (const note of notes()) {
    if (note.what !== 'delivered') continue;
    const before = highest.get(note.key) ?? 0;
    expect(note.n).toBeLessThanOrEqual(before + 1);
    highest.set(note.key, Math.max(before, note.n));
  }
  expect(watch.violations()).toEqual([]);
  await until('the read model', 10_000, async () => {
    for (const [key, count] of written) {
      const { document } = await containers['read-model'].read(key, key);
      if ((document as Counted | undefined)?.version !== count) return false;
    }
    return true;
  });
  for (const [key, count] of written) {
    expect((await containers['read-model'].read(key, key)).document).toMatchObject({ version: count, counted: count });
  }
  const kinds = (what: Note['what']): number => notes().filter((note) => note.what === what).length;
  const report = { ...done, ...injected, refusedWrites: kinds('refused'), fencedHandlers: kinds('fenced') };
  process.stdout.write(
    `${JSON.stringify({ documents: [...written.values()].reduce((a, b) => a + b, 0), ...report })}\n`,
  );
  const expected = [...Object.keys(done), ...kindsOfFault];
  expect(expected.filter((kind) => !(Number(report[kind as keyof typeof report] ?? 0) > 0))).toEqual([]);
  // Whether a zombie is told before it writes, or refused when it does, is a matter of moments.
  expect(report.refusedWrites + report.fencedHandlers).toBeGreaterThan(0);
}, 90_000);
