import { canonical, dereferenced } from './json.ts';

it('what a document refers to in itself is put there', () => {
  const name = { type: 'string' };
  const document = { a: { $ref: '#/parts/list' }, parts: { list: { items: { $ref: '#/parts/name' } }, name } };
  expect(dereferenced(document).a).toEqual({ items: name });
  expect(dereferenced({ other: { $ref: './other.json#/a' } }).other).toEqual({ $ref: './other.json#/a' });
});

it.each([
  [{ a: { $ref: '#/b' } }, '#/b leads nowhere'],
  [{ a: { $ref: '#/a' } }, '#/a refers to itself'],
  [{ a: { $ref: '#/b' }, b: { c: { $ref: '#/b' } } }, '#/b refers to itself'],
])('%j is an error', (document, reason) => {
  expect(() => dereferenced(document)).toThrow(reason);
});

it('the order of members says nothing', () => {
  expect(canonical({ a: 1, b: [{ d: 1, c: 2 }] })).toBe(canonical({ b: [{ c: 2, d: 1 }], a: 1 }));
  expect(canonical([1, 2])).not.toBe(canonical([2, 1]));
});
