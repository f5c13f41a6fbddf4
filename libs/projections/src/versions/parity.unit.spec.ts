import { virtualRuntime } from '@daybook/ports';
import fc from 'fast-check';
import type { Build, Scanned } from '../build.ts';
import { checkParity, type ParityReport } from './parity.ts';

type Documents = Readonly<Record<string, { readonly at?: number; readonly n: number }>>;

/** A build that holds these documents; `later` is what it holds from the second look on. */
function holding(first: Documents, later: Documents = first): Build {
  const scanned = (key: string, { at, n }: Documents[string]): Scanned => ({
    key,
    ...(at === undefined ? {} : { streamVersion: at }),
    document: { n, own: Math.random() },
  });
  return {
    name: 'held',
    concerns: () => true,
    apply: async () => undefined,
    clear: async () => 0,
    scan: async (after = '', limit) =>
      Object.entries(first)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .filter(([key]) => key > after)
        .slice(0, limit)
        .map(([key, document]) => scanned(key, document)),
    look: async (key) => (later[key] === undefined ? undefined : scanned(key, later[key])),
  };
}

async function compare(serving: Build, candidate: Build): Promise<ParityReport> {
  const runtime = virtualRuntime();
  const report = checkParity({
    serving: { build: 1, documents: serving },
    candidate: { build: 2, documents: candidate },
    comparable: ({ n }) => ({ n }),
    runtime,
  });
  await runtime.advance(10_000);
  return report;
}

describe('parity', () => {
  it('is clean for equal documents, with equal checksums whatever their order', async () => {
    const documents = { a: { at: 1, n: 1 }, b: { at: 2, n: 2 } };
    const report = await compare(holding(documents), holding({ b: { at: 2, n: 2 }, a: { at: 1, n: 1 } }));
    expect(report).toMatchObject({ clean: true, counts: { serving: 2, candidate: 2 }, samples: [] });
    expect(report.checksums.serving).toBe(report.checksums.candidate);
  });

  it('waits for the one that is a moment behind', async () => {
    const [before, after] = [{ a: { at: 1, n: 1 } }, { a: { at: 2, n: 2 } }];
    expect(await compare(holding(after), holding(before, after))).toMatchObject({ clean: true });
    expect(await compare(holding(after), holding({}, after))).toMatchObject({ clean: true });
    const total = { a: { n: 2 } };
    expect(await compare(holding(total), holding({ a: { n: 1 } }, total))).toMatchObject({ clean: true });
  });

  it('names what is missing, surplus, different and behind', async () => {
    const report = await compare(
      holding({ a: { at: 1, n: 1 }, b: { at: 1, n: 1 }, c: { at: 2, n: 1 }, e: { n: 1 } }),
      holding({ b: { at: 1, n: 2 }, c: { at: 1, n: 1 }, d: { at: 1, n: 1 }, e: { n: 2 } }),
    );
    expect(report).toMatchObject({
      clean: false,
      counts: { serving: 4, candidate: 4 },
      differences: { missing: 1, surplus: 1, different: 2, behind: 1 },
    });
    expect(report.samples.map(({ key, kind }) => `${key} ${kind}`).sort()).toEqual([
      ...['a missing', 'b different', 'c behind', 'd surplus', 'e different'],
    ]);
    expect(report.checksums.serving).not.toBe(report.checksums.candidate);
  });

  it('shows the first differences of very many, and counts them all', async () => {
    const many = (n: number): Documents =>
      Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`k${index}`, { at: 1, n }]));
    const report = await compare(holding(many(1)), holding(many(2)));
    expect([report.differences.different, report.samples.length]).toEqual([3_000, 20]);
  });

  it('is clean exactly where all documents are equal', async () => {
    const document = fc.record({ at: fc.constantFrom(1, 2), n: fc.constantFrom(1, 2) }, { noNullPrototype: true });
    const documents = fc
      .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), document), { selector: ([key]) => key })
      .map((entries) => Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1))));
    await fc.assert(
      fc.asyncProperty(documents, documents, async (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other);
        const { clean, checksums } = await compare(holding(one), holding(other));
        expect([clean, checksums.serving === checksums.candidate]).toEqual([same, same]);
      }),
    );
  });
});
