import { CosmosClient } from '@azure/cosmos';
import type { Container, IndexingPolicy, JSONValue } from '@azure/cosmos';
import fc from 'fast-check';
import { createCosmosEmulator, EMULATOR_KEY } from './index.ts';
import type { CosmosEmulator } from './index.ts';
import type { Json } from './protocol/message.ts';
import { compareValues } from './sql/compare.ts';
import { parseQuery } from './sql/parser.ts';
import { runQuery } from './sql/run.ts';

interface Order {
  readonly id: string;
  readonly customer: string;
  readonly text: string;
  readonly status: string;
  readonly placedAt: string;
  readonly total: number;
}

const statuses = ['submitted', 'paid', 'shipped', 'cancelled'];
const order = (n: number): Order => ({
  id: `order-${String(n).padStart(3, '0')}`,
  customer: `Customer ${n % 9}`,
  text: n % 7 === 0 ? `Gift wrap for ANNA, note ${n}` : `no wishes ${n}`,
  status: statuses[n % 4] ?? '',
  // Three orders share a moment, so that paging needs the id too.
  placedAt: new Date(Date.UTC(2010, 11, 1) + Math.floor(n / 3) * 3_600_000).toISOString(),
  total: (n * 37) % 101,
});

/** Everything is indexed, and these paths together. */
const orderedBy = (...composites: readonly (readonly [string, 'ascending' | 'descending'])[]): IndexingPolicy => ({
  includedPaths: [{ path: '/*' }],
  compositeIndexes: [composites.map(([path, order]) => ({ path, order }))],
});

describe('what read models ask', () => {
  const orders = Array.from({ length: 200 }, (_unused, n) => order(n));
  let emulator: CosmosEmulator;
  let client: CosmosClient;
  let container: Container;

  beforeAll(async () => {
    emulator = createCosmosEmulator({ storage: ':memory:' });
    const { httpClient } = emulator;
    client = new CosmosClient({ endpoint: 'https://embedded.invalid', key: EMULATOR_KEY, httpClient });
    const { database } = await client.databases.create({ id: 'shop' });
    ({ container } = await database.containers.create({
      id: 'search',
      partitionKey: { paths: ['/id'] },
      indexingPolicy: orderedBy(['/placedAt', 'descending'], ['/id', 'descending']),
    }));
    // Not in the order of anything.
    for (let at = 0; at < 200; at += 1) await container.items.create(orders[(at * 67) % 200] as Order);
  });
  afterAll(async () => {
    client.dispose();
    await emulator.close();
  });

  const page = async (
    query: string,
    values: Readonly<Record<string, JSONValue>>,
    maxItemCount = 20,
  ): Promise<readonly Order[]> => {
    const parameters = Object.entries(values).map(([name, value]) => ({ name: `@${name}`, value }));
    return (await container.items.query<Order>({ query, parameters }, { maxItemCount }).fetchNext()).resources;
  };
  const newestFirst = [...orders].sort((a, b) => compareValues(b.placedAt, a.placedAt) || compareValues(b.id, a.id));
  const chargeOfLast = (): number =>
    emulator.recorder.entries().findLast(({ operation }) => operation === 'query')?.requestCharge ?? 0;

  it('finds orders by text whatever the case, status, date and amount', async () => {
    const [from, to] = ['2010-12-01T10:00:00.000Z', '2010-12-03T00:00:00.000Z'];
    const found = await page(
      'SELECT * FROM c WHERE CONTAINS(c.text, @text, true) AND c.status IN (@s0, @s1) AND c.placedAt >= @from ' +
        'AND c.placedAt < @to AND c.total BETWEEN @least AND @most ORDER BY c.placedAt DESC, c.id DESC',
      { text: 'anna', s0: 'paid', s1: 'cancelled', from, to, least: 10, most: 90 },
      200,
    );
    const expected = newestFirst.filter(
      ({ text, status, placedAt, total }) =>
        text.includes('ANNA') &&
        ['paid', 'cancelled'].includes(status) &&
        placedAt >= from &&
        placedAt < to &&
        total >= 10 &&
        total <= 90,
    );
    expect(expected.length).toBeGreaterThan(2);
    expect(found.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    const started = await page('SELECT * FROM c WHERE STARTSWITH(c.text, @text) AND c.status = @status', {
      text: 'Gift',
      status: 'paid',
    });
    expect(started.map(({ id }) => id).sort()).toEqual(
      orders.filter(({ text, status }) => text.startsWith('Gift') && status === 'paid').map(({ id }) => id),
    );
    expect(await page('SELECT VALUE COUNT(1) FROM c WHERE c.status = "paid"', {})).toEqual([50]);
  });

  it.each([
    ['DESC', '<'],
    ['ASC', '>'],
  ])("pages %s by the caller's own condition, each order once", async (direction, beyond) => {
    const seen: string[] = [];
    let last: Order | undefined;
    for (;;) {
      const where =
        last === undefined ? '' : `WHERE (c.placedAt ${beyond} @at OR (c.placedAt = @at AND c.id ${beyond} @id)) `;
      const query = `SELECT * FROM c ${where}ORDER BY c.placedAt ${direction}, c.id ${direction}`;
      const found = await page(query, last === undefined ? {} : { at: last.placedAt, id: last.id }, 17);
      if (found.length === 0) break;
      seen.push(...found.map(({ id }) => id));
      last = found.at(-1);
    }
    const expected = newestFirst.map(({ id }) => id);
    expect(seen).toEqual(direction === 'DESC' ? expected : expected.reverse());
  });

  it('reads no more of the container than the page, wherever it begins', async () => {
    const query = 'SELECT * FROM c WHERE c.placedAt <= @at ORDER BY c.placedAt DESC';
    await page(query, { at: '2010-12-01T20:00:00.000Z' }, 5);
    const indexed = chargeOfLast();
    await page('SELECT * FROM c WHERE c.text = "nothing" ORDER BY c.placedAt DESC', {}, 5);
    expect(indexed).toBeLessThan(4);
    expect(chargeOfLast()).toBeGreaterThan(8);
  });

  it('orders values of any type as one partition does, page by page, while others write', async () => {
    const value = fc.oneof(
      fc.integer({ min: -3, max: 3 }),
      fc.constantFrom<JSONValue>(null, true, false, 0.5, 'a', 'B', 'é', '😀', '', [1], [], { a: 1 }),
    );
    const items = fc.array(fc.record({ k: value, l: value }, { requiredKeys: [] }), { maxLength: 30 });
    const where = fc.constantFrom(
      '',
      'WHERE c.k > 0',
      'WHERE c.k <= "a"',
      'WHERE c.k >= "B" OR c.k = "a"',
      'WHERE c.k BETWEEN -1 AND 2',
    );
    let made = 0;
    await fc.assert(
      fc.asyncProperty(
        items,
        where,
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 1, max: 7 }),
        async (all, filter, one, two, size) => {
          const { container: mixed } = await container.database.containers.create({
            id: `m${made++}`,
            partitionKey: { paths: ['/pk'] },
            indexingPolicy: orderedBy(['/k', 'ascending'], ['/l', one === two ? 'ascending' : 'descending']),
          });
          for (const [n, item] of all.entries()) await mixed.items.create({ ...item, id: `${n}`, pk: `p${n % 5}` });
          const query = `SELECT * FROM c ${filter} ORDER BY c.k ${one ? 'DESC' : 'ASC'}, c.l ${two ? 'DESC' : 'ASC'}`;
          const pages = mixed.items.query<{ id: string }>(query, { maxItemCount: size });
          const read: string[] = [];
          while (pages.hasMoreResults()) {
            read.push(...((await pages.fetchNext()).resources ?? []).map(({ id }) => id));
            await mixed.items.upsert({ id: 'later', pk: 'q', unordered: read.length });
          }
          // The same by the interpreter alone, over all there is.
          const candidates = all.map((item, number) => ({ number, item: { ...item, id: `${number}` } as Json }));
          const options = { parameters: new Map(), size: 1000, after: undefined, sorted: false };
          const { results } = runQuery(parseQuery(query), candidates, options);
          const rows = (ids: readonly string[]): readonly string[] => ids.filter((id) => id !== 'later');
          expect(rows(read)).toEqual(results.map((item) => (item as unknown as Order).id));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps at most 16 indexes for a container, and takes them with it', async () => {
    const { container: wide } = await container.database.containers.create({
      id: 'wide',
      partitionKey: { paths: ['/pk'] },
    });
    await wide.items.create({ id: '1', pk: 'p' });
    for (let n = 0; n < 20; n += 1) {
      expect((await wide.items.query(`SELECT * FROM c ORDER BY c.f${n}`).fetchAll()).resources).toHaveLength(1);
    }
    await wide.delete();
    await container.database.containers.create({ id: 'wide', partitionKey: { paths: ['/pk'] } });
    expect((await wide.items.query('SELECT * FROM c ORDER BY c.f1').fetchAll()).resources).toEqual([]);
  });

  it.each<[string, string]>([
    ['SELECT * FROM c ORDER BY c.placedAt, c.id DESC', '{"path":"/placedAt","order":"ascending"},{"path":"/id"'],
    ['SELECT * FROM c ORDER BY c.placedAt DESC, c.id DESC, c.total', 'composite index'],
    ['SELECT * FROM c ORDER BY c.id, c.placedAt', 'composite index'],
    ['SELECT * FROM c ORDER BY LOWER(c.text)', 'document path'],
  ])('refuses an order that has no index: %s', async (query, message) => {
    const expected = { code: 400, message: expect.stringContaining(message) };
    await expect(container.items.query(query).fetchAll()).rejects.toMatchObject(expected);
  });

  it('refuses an order by what the policy excludes, but for the id', async () => {
    const { container: lean } = await container.database.containers.create({
      id: 'lean',
      partitionKey: { paths: ['/pk'] },
      indexingPolicy: { includedPaths: [{ path: '/at/?' }], excludedPaths: [{ path: '/*' }] },
    });
    for (const path of ['at', 'id', '_ts']) {
      expect((await lean.items.query(`SELECT * FROM c ORDER BY c.${path}`).fetchAll()).resources).toEqual([]);
    }
    await expect(lean.items.query('SELECT * FROM c ORDER BY c.pk').fetchAll()).rejects.toMatchObject({
      code: 400,
      message: expect.stringContaining('include /pk/?'),
    });
  });

  it.each([
    'SELECT c.status, COUNT(1) AS n FROM c GROUP BY c.status',
    'SELECT DISTINCT c.status FROM c',
    'SELECT * FROM c WHERE c.text LIKE "%anna%"',
    'SELECT * FROM c WHERE REGEXMATCH(c.text, "a")',
    'SELECT * FROM c WHERE EXISTS(SELECT VALUE l FROM l IN c.lines)',
    'SELECT * FROM c WHERE FULLTEXTCONTAINS(c.text, "anna")',
  ])('refuses %s', async (query) => {
    await expect(container.items.query(query).fetchAll()).rejects.toMatchObject({ code: 400 });
  });
});
