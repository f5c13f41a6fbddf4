import { charges } from './charges.ts';
import { compositeIndexes, indexedPaths, parseIndexing } from './indexing.ts';

const policy = (included: readonly string[], excluded: readonly string[] = []): object => ({
  indexingMode: 'consistent',
  automatic: true,
  includedPaths: included.map((path) => ({ path })),
  excludedPaths: excluded.map((path) => ({ path })),
});
const item = {
  id: '1',
  version: 3,
  data: { lines: [{ sku: 'a', n: 1 }, { sku: 'b' }], note: 'x' },
  metadata: { by: 'me' },
};
const count = (included: readonly string[], excluded?: readonly string[]): number =>
  indexedPaths(parseIndexing(policy(included, excluded)), item);

describe('composite indexes', () => {
  it('are read with their directions', () => {
    const policy = { compositeIndexes: [[{ path: '/a/"b c"' }, { path: '/d', order: 'descending' }]] };
    expect(compositeIndexes(policy)).toEqual([
      [
        { segments: ['a', 'b c'], descending: false },
        { segments: ['d'], descending: true },
      ],
    ]);
    expect(compositeIndexes({})).toEqual([]);
  });

  it.each([
    {},
    [{}],
    [[{ path: '/a' }]],
    [[{ path: '/a' }, { path: 'b' }]],
    [[{ path: '/a' }, { path: '/b', order: 'up' }]],
  ])('are refused as %j', (indexes) =>
    expect(() => compositeIndexes({ compositeIndexes: indexes })).toThrow(/compositeIndexes/),
  );
});

describe('an indexing policy', () => {
  it.each<[string, readonly string[], readonly string[], number]>([
    ['everything', ['/*'], ['/"_etag"/?'], 6],
    ['nothing', [], ['/*'], 0],
    ['single values', ['/version/?', '/metadata/by/?', '/none/?'], ['/*'], 2],
    ['a part', ['/data/*'], ['/*'], 3],
    ['a part without a part', ['/data/*'], ['/*', '/data/lines/*'], 1],
    ['all but a part', ['/*'], ['/data/*'], 3],
    ['elements of arrays', ['/data/lines/[]/sku/?'], ['/*'], 1],
    ['the more precise of two', ['/*', '/data/note/?'], ['/data/*'], 4],
  ])('indexes %s', (_name, included, excluded, expected) => {
    expect(count(included, excluded)).toBe(expected);
  });

  it('can be off', () => {
    expect(indexedPaths(parseIndexing({ indexingMode: 'none', automatic: false }), item)).toBe(0);
  });

  it.each([policy(['/version/?']), policy(['/*', 'version']), { includedPaths: 'all' }, null])(
    'is refused: %j',
    (bad) => {
      expect(() => parseIndexing(bad)).toThrow();
    },
  );

  it('makes writes cheaper the less it indexes', () => {
    expect(charges.create(1024, 0)).toBe(5);
    expect(charges.create(1024, 5)).toBe(6.5);
    expect(charges.replace(1024, 5)).toBe(11.5);
  });
});
