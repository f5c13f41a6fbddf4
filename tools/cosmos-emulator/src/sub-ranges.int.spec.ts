import { ChangeFeedStartFrom, CosmosClient } from '@azure/cosmos';
import type { Container, FeedRange, Plugin } from '@azure/cosmos';
import { createCosmosEmulator, EMULATOR_KEY } from './index.ts';
import type { CosmosEmulator } from './index.ts';

type Plugged = Plugin<unknown>;

describe.each([
  ['in-process', 1],
  ['http', 1],
  ['http', 4],
] as const)('parts of feed ranges through the SDK, %s, %d physical', (face, feedRanges) => {
  let emulator: CosmosEmulator;
  let endpoint: string;
  let client: CosmosClient;
  let container: Container;
  let sent: (string | undefined)[][];
  /** What a test sends instead of the SDK's headers. */
  let changed: Record<string, string> = {};

  const watch: Plugged = (context, _diagnostics, next) => {
    const headers = context.headers as Record<string, string | undefined>;
    if (headers['A-IM'] !== undefined || headers['x-ms-documentdb-isquery'] !== undefined) {
      Object.assign(headers, changed);
      const names = ['x-ms-read-key-type', 'x-ms-start-epk', 'x-ms-end-epk'];
      if (headers['A-IM'] !== undefined) sent.push(names.map((name) => headers[name]));
    }
    return next(context);
  };

  beforeAll(async () => {
    emulator = createCosmosEmulator({ storage: ':memory:', feedRanges });
    endpoint = (await emulator.listen({ host: '127.0.0.1', port: 0 })).url;
  });
  beforeEach(async () => {
    sent = [];
    changed = {};
    const shared = { key: EMULATOR_KEY, plugins: [{ on: 'request', plugin: watch }] as never };
    client = new CosmosClient(
      face === 'http'
        ? { endpoint, ...shared }
        : { endpoint: 'https://embedded.invalid', httpClient: emulator.httpClient, ...shared },
    );
    const { database } = await client.databases.createIfNotExists({ id: 'shop' });
    const id = `c${Math.random().toString(36).slice(2)}`;
    ({ container } = await database.containers.create({ id, partitionKey: { paths: ['/pk'] } }));
    for (let n = 0; n < 60; n += 1) await container.items.create({ id: `${n}`, pk: `p${n % 30}`, n });
  });
  afterEach(() => client.dispose());
  afterAll(() => emulator.close());

  /** The SDK takes only ranges of its own class, which it does not export. */
  const part = async (minInclusive: string, maxExclusive: string): Promise<FeedRange> => {
    const [known] = await container.getFeedRanges();
    const made = Object.create(Object.getPrototypeOf(known) as object) as object;
    return Object.assign(made, { minInclusive, maxExclusive }) as FeedRange;
  };
  const drain = async (start: ChangeFeedStartFrom): Promise<{ ids: string[]; token: string }> => {
    const ids: string[] = [];
    const feed = container.items.getChangeFeedIterator<{ id: string }>({ changeFeedStartFrom: start, maxItemCount: 7 });
    for (;;) {
      const page = await feed.readNext();
      if (page.statusCode === 304) return { ids, token: page.continuationToken };
      ids.push(...page.result.map(({ id }) => id));
    }
  };

  it('feeds each change in exactly one of the parts that tile the container', async () => {
    const cuts = ['', '04', '08', '1000', '13', '2000', '2C', '39A0', 'FF'];
    const parts = await Promise.all(cuts.slice(1).map((cut, at) => part(cuts[at] ?? '', cut)));
    const read = await Promise.all(parts.map((range) => drain(ChangeFeedStartFrom.Beginning(range))));
    const every = Array.from({ length: 60 }, (_unused, n) => `${n}`);
    expect(read.flatMap(({ ids }) => ids).sort()).toEqual(every.sort());
    expect(read.filter(({ ids }) => ids.length > 0).length).toBeGreaterThan(6);

    await container.items.create({ id: 'new', pk: 'p7' });
    const again = await Promise.all(read.map(({ token }) => drain(ChangeFeedStartFrom.Continuation(token))));
    expect(again.flatMap(({ ids }) => ids)).toEqual(['new']);
    const [where] = read.flatMap(({ ids }, at) => (ids.includes('7') ? [at] : []));
    expect(again[where ?? -1]?.ids).toEqual(['new']);
  });

  it('keeps the items of a key together, and their order', async () => {
    const { ids } = await drain(ChangeFeedStartFrom.Beginning(await part('08', '2C')));
    const numbers = ids.map(Number);
    if (feedRanges === 1) expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    for (const n of numbers.filter((each) => each < 30))
      expect(numbers.indexOf(n + 30)).toBeGreaterThan(numbers.indexOf(n));
  });

  it('reads from now on and from a time as a whole range does', async () => {
    const range = await part('', '20');
    const rest = await part('20', 'FF');
    const starts = [range, rest].flatMap((each) => [
      ChangeFeedStartFrom.Now(each),
      ChangeFeedStartFrom.Time(new Date(Date.now() + 3_600_000), each),
    ]);
    expect((await Promise.all(starts.map(drain))).flatMap(({ ids }) => ids)).toEqual([]);
    const past = (each: FeedRange): ChangeFeedStartFrom =>
      ChangeFeedStartFrom.Time(new Date(Date.now() - 3_600_000), each);
    const read = await Promise.all([drain(past(range)), drain(past(rest))]);
    expect(read.flatMap(({ ids }) => ids)).toHaveLength(60);
  });

  it('is asked by effective partition keys, the lowest being empty', async () => {
    await drain(ChangeFeedStartFrom.Beginning(await part('', '08')));
    expect(sent[0]).toEqual(['EffectivePartitionKeyRange', '', '08']);
    sent = [];
    const [whole] = await container.getFeedRanges();
    await drain(ChangeFeedStartFrom.Beginning(whole));
    expect(sent[0]).toEqual([undefined, undefined, undefined]);
  });

  it('restricts queries too', async () => {
    const ids = async (from: string, to: string): Promise<string[]> => {
      changed = { 'x-ms-read-key-type': 'EffectivePartitionKeyRange', 'x-ms-start-epk': from, 'x-ms-end-epk': to };
      const query = 'SELECT VALUE c.id FROM c WHERE c.n < 30';
      return (await container.items.query<string>(query, { maxItemCount: 4 }).fetchAll()).resources;
    };
    const [low, high] = [await ids('', '1A2B'), await ids('1A2B', 'FF')];
    expect(low.length > 0 && high.length > 0).toBe(true);
    expect([...low, ...high].map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_unused, n) => n));
  });

  it.each<[string, Record<string, string>]>([
    ['x-ms-start-epk', { 'x-ms-start-epk': 'zz' }],
    ['x-ms-end-epk', { 'x-ms-end-epk': '0' }],
    ['below', { 'x-ms-start-epk': '08', 'x-ms-end-epk': '08' }],
    ['EffectivePartitionKeyRange', { 'x-ms-read-key-type': 'ResourceId' }],
  ])('refuses bounds that mean nothing, by name: %s', async (name, headers) => {
    const range = await part('', '08');
    changed = headers;
    await expect(drain(ChangeFeedStartFrom.Beginning(range))).rejects.toMatchObject({
      code: 400,
      message: expect.stringContaining(name),
    });
  });
});
