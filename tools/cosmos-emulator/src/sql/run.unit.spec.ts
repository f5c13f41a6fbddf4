import fc from 'fast-check';
import type { Json } from '../protocol/message.ts';
import { compareValues } from './compare.ts';
import { decodePosition, encodePosition } from './continuation.ts';
import { parseQuery } from './parser.ts';
import { runQuery } from './run.ts';

const one = (where: string, item: Json): boolean =>
  runQuery(parseQuery(`SELECT * FROM c WHERE ${where}`), [{ number: 1, item }], {
    parameters: new Map(),
    size: 10,
    after: undefined,
    sorted: true,
  }).results.length === 1;

describe('conditions', () => {
  it.each([
    ['c.a = 1', { a: 1 }, true],
    ['c.a != 1', {}, false],
    ['NOT (c.a = 1)', {}, false],
    ['c.a > 1', { a: '2' }, false],
    ['c.a = 1 OR c.b', { b: true }, true],
    ['IS_NULL(c.a)', { a: null }, true],
    ['IS_NULL(c.a)', {}, false],
    ['c["a"][1].b = "x"', { a: [0, { b: 'x' }] }, true],
    ['c.a NOT IN (1, 2)', { a: 3 }, true],
    ['LOWER(c.a) = "x" AND UPPER(c.a) = \'X\'', { a: 'X' }, true],
    ['CONTAINS(c.a, "B", true)', { a: 'abc' }, true],
    ['c.a + 1 * 2 = 5', { a: 3 }, true],
    ['ARRAY_CONTAINS(c.a, {"k": 1}, true)', { a: [{ k: 1, l: 2 }] }, true],
  ])('%s on %j is %s', (where, item, expected) => expect(one(where, item)).toBe(expected));

  it.each([
    'SELECT DISTINCT c.a FROM c',
    'SELECT c.a FROM c GROUP BY c.a',
    'SELECT * FROM c JOIN t IN c.tags',
    'SELECT * FROM c WHERE c.a LIKE "x%"',
    'SELECT * FROM c WHERE udf.f(c)',
    'SELECT * FROM c WHERE SQRT(c.a) = 1',
    'SELECT * FROM c WHERE d.a = 1',
    'SELECT COUNT(1), c.a FROM c',
    'SELECT * FROM c WHERE EXISTS(SELECT VALUE 1 FROM c)',
    'SELECT * FROM c.children',
    'SELECT * FROM c ORDER BY RANK x',
    'DELETE FROM c',
    'SELECT * FROM c; SELECT 1',
  ])('refuses %s', (text) => expect(() => parseQuery(text)).toThrow());
});

describe('paging', () => {
  it('returns every row once in order, whatever the page size', () => {
    const key = fc.oneof(fc.integer({ max: 3, min: 0 }), fc.boolean(), fc.constant(null), fc.string({ maxLength: 2 }));
    fc.assert(
      fc.property(
        fc.array(fc.record({ k: key }, { requiredKeys: [] })),
        fc.integer({ min: 1, max: 5 }),
        (items, size) => {
          const query = parseQuery('SELECT VALUE c FROM c ORDER BY c.k DESC');
          const candidates = items.map((item, number) => ({ number, item: item as Json }));
          const results: Json[] = [];
          let after: ReturnType<typeof decodePosition> | undefined;
          do {
            const page = runQuery(query, candidates, { parameters: new Map(), size, after, sorted: false });
            results.push(...page.results);
            expect(page.next === undefined || page.results.length === size).toBe(true);
            after = page.next && decodePosition('q', encodePosition('q', page.next));
          } while (after !== undefined);
          const expected = [...candidates].sort(
            (a, b) => compareValues(b.item?.['k' as never], a.item?.['k' as never]) || a.number - b.number,
          );
          expect(results).toEqual(expected.map((candidate) => candidate.item));
        },
      ),
    );
  });

  it('refuses a token of another query', () => {
    const token = encodePosition('q', { keys: [], number: 1, left: undefined });
    expect(() => decodePosition('other', token)).toThrow(/not valid/);
  });
});
