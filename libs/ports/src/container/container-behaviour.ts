import type { Container, Document, FeedRange, Operation, Query, Stored } from './container.ts';
import { subdivideRange } from './feed-range.ts';

/** A fresh, empty container with partition key `/pk` and the unique key `/dedup`. */
export interface ContainerUnderTest {
  readonly container: Container;
  /** Splits a range of the feed in two, as the database does when a partition has grown. Absent: its specs are left out. */
  readonly split?: (range: FeedRange) => Promise<void>;
  close(): Promise<void>;
}

/** What every {@link Container} promises, as jest specs. `create` is called once per spec. */
export function containerBehaviour(name: string, create: () => Promise<ContainerUnderTest>): void {
  describe(`${name} as a Container`, () => {
    let container: Container;
    let split: ContainerUnderTest['split'];
    let close: () => Promise<void>;

    beforeEach(async () => {
      ({ container, split, close } = await create());
    });
    afterEach(() => close());

    const put = async (...documents: readonly Document[]): Promise<void> => {
      for (const document of documents) await container.batch(String(document['pk']), [{ kind: 'upsert', document }]);
    };
    const stored = async (pk: string, id: string): Promise<Stored> => (await container.read(pk, id)).document!;
    const refused = async (operations: readonly Operation[]): Promise<unknown> => container.batch('p', operations);

    describe('batch', () => {
      it('writes all operations and returns each result in order', async () => {
        const outcome = await container.batch('p', [create1('a'), create1('b'), { kind: 'read', id: 'a' }]);
        expect(outcome).toMatchObject({ applied: true, results: [{ status: 201 }, { status: 201 }, { status: 200 }] });
        expect(outcome.requestCharge).toBeGreaterThan(0);
        expect(await stored('p', 'b')).toMatchObject({ id: 'b', pk: 'p', dedup: 'b' });
      });

      it('writes nothing when one operation cannot be done, and names it', async () => {
        await put(doc('taken'));
        const outcome = await refused([create1('new'), create1('taken'), create1('newer')]);
        expect(outcome).toMatchObject({ applied: false, failedIndex: 1, status: 409 });
        expect(await stored('p', 'new')).toBeUndefined();
        expect(await stored('p', 'newer')).toBeUndefined();
      });

      it('refuses a second document with the same unique value in the partition, not in another', async () => {
        await put(doc('a', { dedup: 'once' }));
        const again = create1('b', { dedup: 'once' });
        expect(await refused([again])).toMatchObject({ applied: false, failedIndex: 0, status: 409 });
        const elsewhere = { kind: 'create', document: doc('b', { pk: 'q', dedup: 'once' }) } as const;
        expect(await container.batch('q', [elsewhere])).toMatchObject({ applied: true });
      });

      it('frees a unique value with the document that held it', async () => {
        await put(doc('a', { dedup: 'once' }));
        const swap: Operation[] = [{ kind: 'delete', id: 'a' }, create1('b', { dedup: 'once' })];
        expect(await refused(swap)).toMatchObject({ applied: true, results: [{ status: 204 }, { status: 201 }] });
      });

      it('fails with 404 where a document to read, replace or delete is absent', async () => {
        for (const operation of [
          { kind: 'read', id: 'x' },
          { kind: 'replace', document: doc('x') },
          { kind: 'delete', id: 'x' },
        ] as const) {
          expect(await refused([operation])).toMatchObject({ applied: false, failedIndex: 0, status: 404 });
        }
      });

      it('fails with 412 where the etag is no longer current', async () => {
        await put(doc('a', { n: 1 }));
        const { _etag: ifMatch } = await stored('p', 'a');
        const replace = { kind: 'replace', document: doc('a', { n: 2 }), ifMatch } as const;
        expect(await refused([replace])).toMatchObject({ applied: true, results: [{ status: 200 }] });
        expect(await refused([replace])).toMatchObject({ applied: false, failedIndex: 0, status: 412 });
        expect(await refused([{ kind: 'delete', id: 'a', ifMatch }])).toMatchObject({ applied: false, status: 412 });
        const upsert = { kind: 'upsert', document: doc('a', { n: 3 }), ifMatch } as const;
        expect(await refused([upsert])).toMatchObject({ applied: false, status: 412 });
        expect((await stored('p', 'a'))['n']).toBe(2);
      });

      it('refuses a document of another partition and a batch of no or of too many operations', async () => {
        const foreign = { kind: 'create', document: doc('a', { pk: 'q' }) } as const;
        await expect(refused([foreign])).rejects.toMatchObject({ code: 'bad-request' });
        await expect(refused([])).rejects.toMatchObject({ code: 'bad-request' });
        const many = Array.from({ length: 101 }, (_, index) => create1(`d${index}`));
        await expect(refused(many)).rejects.toMatchObject({ code: 'bad-request' });
      });

      it('refuses more than 2 MB', async () => {
        const large = create1('a', { text: 'x'.repeat(2_100_000) });
        await expect(refused([large])).rejects.toMatchObject({ code: 'too-large' });
      });
    });

    describe('read', () => {
      it('gives undefined for a document that is not there', async () => {
        expect((await container.read('p', 'none')).document).toBeUndefined();
      });

      it('gives a new etag after every write, and no fields but our own, _etag and _ts', async () => {
        await put(doc('a', { n: 1 }));
        const first = await stored('p', 'a');
        await put(doc('a', { n: 1 }));
        const second = await stored('p', 'a');
        expect(second._etag).not.toBe(first._etag);
        expect(Object.keys(first).sort()).toEqual(['_etag', '_ts', 'dedup', 'id', 'n', 'pk']);
        expect(first._ts).toEqual(expect.any(Number));
      });

      it('is not touched by changes to what was written', async () => {
        const document = { ...doc('a'), inner: { n: 1 } };
        await put(document);
        document.inner.n = 2;
        expect((await stored('p', 'a'))['inner']).toEqual({ n: 1 });
      });
    });

    describe('what cannot be', () => {
      it.each(['', 'a/b', 'a\\b', 'a#b', 'a?b'])('refuses the id %j', async (id) => {
        await expect(refused([create1(id)])).rejects.toMatchObject({ code: 'bad-request' });
        await expect(container.read('p', id)).rejects.toMatchObject({ code: 'bad-request' });
      });

      it('refuses continuations that it has not given', async () => {
        const query = container.query({ partitionKey: 'p', limit: 1, continuation: 'rubbish' });
        await expect(query).rejects.toMatchObject({ code: 'bad-request' });
        const [range] = await container.feedRanges();
        const page = container.feedPage({ range: range!, limit: 1, continuation: 'rubbish' });
        await expect(page).rejects.toMatchObject({ code: 'bad-request' });
      });
    });

    describe('query', () => {
      const ids = async (query: Query): Promise<string[]> => (await allOf(container, query)).map(({ id }) => id);

      it('joins its conditions by AND, over one partition or all', async () => {
        await put(doc('1', { n: 1 }), doc('2', { n: 2 }), doc('3', { n: 3 }), doc('2', { pk: 'q', n: 2 }));
        const where = [
          { field: 'n', op: '>', value: 1 },
          { field: 'n', op: '<=', value: 2 },
        ] as const;
        expect(await ids({ partitionKey: 'p', where, limit: 10 })).toEqual(['2']);
        expect(await ids({ where, limit: 10 })).toEqual(['2', '2']);
      });

      it.each([
        ['=', 'red', ['1']],
        ['!=', 'red', ['2', '3']],
        ['starts-with', 'gr', ['2']],
        ['contains', 'ree', ['2']],
        ['in', ['red', 'blue'], ['1', '3']],
        ['>=', 'green', ['1', '2']],
      ] as const)('compares nested fields: %s %j', async (op, value, expected) => {
        await put(doc('1', colour('red')), doc('2', colour('green')), doc('3', colour('blue')));
        const where = [{ field: 'data.colour', op, value }] as const;
        expect((await ids({ partitionKey: 'p', where, limit: 10 })).sort()).toEqual(expected);
      });

      it('never matches a field that is absent', async () => {
        await put(doc('1'));
        expect(await ids({ partitionKey: 'p', where: [{ field: 'n', op: '!=', value: 1 }], limit: 10 })).toEqual([]);
      });

      it('orders in both directions and pages without loss or repetition', async () => {
        await put(...[5, 3, 1, 4, 2].map((n) => doc(`${n}`, { n })));
        const orderBy = [{ field: 'n', direction: 'desc' }] as const;
        expect(await ids({ partitionKey: 'p', orderBy, limit: 2 })).toEqual(['5', '4', '3', '2', '1']);
        expect(await ids({ orderBy, limit: 2 })).toEqual(['5', '4', '3', '2', '1']);
      });

      it('goes on where the page ended although documents before and behind it were written since', async () => {
        await put(...[10, 20, 30].map((n) => doc(`${n}`, { n })));
        const query: Query = { partitionKey: 'p', orderBy: [{ field: 'n', direction: 'asc' }], limit: 2 };
        const first = await container.query(query);
        expect(first.documents.map(({ id }) => id)).toEqual(['10', '20']);
        await put(doc('5', { n: 5 }), doc('25', { n: 25 }));
        expect(await ids({ ...query, continuation: first.continuation! })).toEqual(['25', '30']);
      });

      it('refuses a page size of none or of more than 1,000', async () => {
        await expect(container.query({ limit: 0 })).rejects.toMatchObject({ code: 'bad-request' });
        await expect(container.query({ limit: 1_001 })).rejects.toMatchObject({ code: 'bad-request' });
      });
    });

    describe('change feed', () => {
      it('has ranges that cover the key space, and gives every document in exactly one of them', async () => {
        const documents = Array.from({ length: 20 }, (_, index) => doc('d', { pk: `p${index}` }));
        await put(...documents);
        const ranges = await container.feedRanges();
        expect(ranges[0]!.minInclusive).toBe('');
        expect(ranges.at(-1)!.maxExclusive).toBe('FF');
        const keys: unknown[] = [];
        for (const range of ranges) keys.push(...(await drain(container, range)).documents.map(({ ['pk']: pk }) => pk));
        expect(keys.sort()).toEqual(documents.map(({ pk }) => pk).sort());
      });

      it('gives the latest version only, in the order of changes, and goes on from its continuation', async () => {
        await put(doc('a', { n: 1 }), doc('b', { n: 1 }), doc('a', { n: 2 }));
        const range = await rangeWith(container, 'p');
        const first = await drain(container, range);
        expect(first.documents).toMatchObject([
          { id: 'b', n: 1 },
          { id: 'a', n: 2 },
        ]);
        expect(first.documents[0]!._lsn).toBeLessThan(first.documents[1]!._lsn!);
        const request = { range, continuation: first.continuation, limit: 10 };
        expect(await container.feedPage(request)).toMatchObject({ documents: [], hasMore: false });
        await put(doc('c'));
        expect((await container.feedPage(request)).documents).toMatchObject([{ id: 'c' }]);
      });

      it('never splits a batch over pages', async () => {
        await container.batch('p', [create1('1'), create1('2'), create1('3')]);
        await put(doc('4'));
        const range = await rangeWith(container, 'p');
        const page = await container.feedPage({ range, limit: 1 });
        expect(page.documents.map(({ id }) => id).sort()).toEqual(['1', '2', '3']);
        expect(new Set(page.documents.map(({ _lsn }) => _lsn)).size).toBe(1);
        const next = await container.feedPage({ range, continuation: page.continuation, limit: 1 });
        expect(next.documents).toMatchObject([{ id: '4' }]);
      });

      it('leaves out what was deleted', async () => {
        await put(doc('a'), doc('b'));
        await container.batch('p', [{ kind: 'delete', id: 'a' }]);
        const { documents } = await drain(container, await rangeWith(container, 'p'));
        expect(documents.map(({ id }) => id)).toEqual(['b']);
      });

      it('begins now, with what is written afterwards', async () => {
        await put(doc('old'));
        const range = await rangeWith(container, 'p');
        const start = await container.feedPage({ range, start: 'now', limit: 10 });
        expect(start).toMatchObject({ documents: [], hasMore: false });
        await put(doc('new'));
        const next = await container.feedPage({ range, continuation: start.continuation, start: 'now', limit: 10 });
        expect(next.documents).toMatchObject([{ id: 'new' }]);
      });

      it('gives every document in exactly one part of a subdivided range', async () => {
        const documents = Array.from({ length: 40 }, (_, index) => doc('d', { pk: `p${index}` }));
        await put(...documents);
        const parts = (await container.feedRanges()).flatMap((range) => subdivideRange(range, 4));
        const keys: unknown[] = [];
        let used = 0;
        for (const part of parts) {
          const drained = await drain(container, part);
          used += drained.documents.length > 0 ? 1 : 0;
          keys.push(...drained.documents.map(({ ['pk']: pk }) => pk));
        }
        expect(keys.sort()).toEqual(documents.map(({ pk }) => pk).sort());
        expect(used).toBeGreaterThan(2);
      });

      it('goes on in each part of a range from the continuation of the whole', async () => {
        await put(...Array.from({ length: 10 }, (_, index) => doc('old', { pk: `p${index}` })));
        const range = await rangeWith(container, 'p0');
        const { continuation } = await drain(container, range);
        await put(doc('new', { pk: 'p0' }));
        const found: string[] = [];
        for (const part of subdivideRange(range, 3)) {
          const first = await container.feedPage({ range: part, continuation, limit: 10 });
          found.push(...first.documents.map(({ id }) => id));
          const then = { range: part, continuation: first.continuation, limit: 10 };
          expect(await container.feedPage(then)).toMatchObject({ documents: [], hasMore: false });
        }
        expect(found).toEqual(['new']);
      });

      it('knows how far the database is ahead of a page', async () => {
        await put(doc('a'), doc('b'), doc('c'));
        const range = await rangeWith(container, 'p');
        const page = await container.feedPage({ range, limit: 1 });
        const ahead = page.newestLsn! - page.documents.at(-1)!._lsn!;
        expect(ahead).toBeGreaterThanOrEqual(2);
        expect(page.split).toBeUndefined();
      });

      it('names the ranges in the place of one that was split, and loses and repeats nothing', async () => {
        if (split === undefined) return;
        await put(...Array.from({ length: 12 }, (_, index) => doc('old', { pk: `p${index}` })));
        const range = await rangeWith(container, 'p0');
        const before = await drain(container, range);
        await split(range);
        await put(...Array.from({ length: 12 }, (_, index) => doc('new', { pk: `p${index}` })));
        const page = await container.feedPage({ range, continuation: before.continuation, limit: 100 });
        const parts = page.split ?? [];
        expect(parts.length).toBe(2);
        expect([parts[0]!.minInclusive, parts.at(-1)!.maxExclusive]).toEqual([range.minInclusive, range.maxExclusive]);
        const ids = (await container.feedRanges()).map(({ id }) => id);
        expect(ids).toEqual(expect.arrayContaining(parts.map(({ id }) => id)));
        const rest: Stored[] = [...page.documents];
        for (const part of parts) {
          const { documents } = await drain(container, part, page.continuation);
          rest.push(...documents);
        }
        const keys = before.documents.map(({ ['pk']: pk }) => pk).sort();
        expect(rest.map(({ id }) => id)).toEqual(keys.map(() => 'new'));
        expect(rest.map(({ ['pk']: pk }) => pk).sort()).toEqual(keys);
      });
    });
  });
}

function doc(id: string, fields: Readonly<Record<string, unknown>> = {}): Document & { readonly pk: unknown } {
  return { id, pk: 'p', dedup: id, ...fields };
}

function create1(id: string, fields: Readonly<Record<string, unknown>> = {}): Operation {
  return { kind: 'create', document: doc(id, fields) };
}

function colour(value: string): Readonly<Record<string, unknown>> {
  return { data: { colour: value } };
}

async function allOf(container: Container, query: Query): Promise<Stored[]> {
  const documents: Stored[] = [];
  let next: Query | undefined = query;
  while (next !== undefined) {
    const page = await container.query(next);
    documents.push(...page.documents);
    next = page.continuation === undefined ? undefined : { ...query, continuation: page.continuation };
  }
  return documents;
}

async function drain(
  container: Container,
  range: FeedRange,
  from?: string,
): Promise<{ documents: Stored[]; continuation: string }> {
  const documents: Stored[] = [];
  let page = await container.feedPage({ range, limit: 10, ...(from === undefined ? {} : { continuation: from }) });
  documents.push(...page.documents);
  while (page.hasMore) {
    page = await container.feedPage({ range, continuation: page.continuation, limit: 10 });
    documents.push(...page.documents);
  }
  return { documents, continuation: page.continuation };
}

/** The range that holds the partition, found by looking: nobody outside the database knows its hash. */
async function rangeWith(container: Container, partitionKey: string): Promise<FeedRange> {
  for (const range of await container.feedRanges()) {
    const { documents } = await drain(container, range);
    if (documents.some(({ ['pk']: pk }) => pk === partitionKey)) return range;
  }
  throw new Error(`no range holds ${partitionKey}`);
}
