import * as fc from 'fast-check';
import { canonicalJson } from '../canonical-json.ts';
import { collectionsFormat } from './collections-format.ts';

const format = collectionsFormat<unknown>();
const stored = (state: unknown): unknown => JSON.parse(canonicalJson(format.toJson(state)));

describe('Load: collectionsFormat', () => {
  it('stores Maps and Sets where they stand, in their order', () => {
    const state = { steps: new Map([['b', { seen: new Set([2, 1]) }]]), none: undefined };
    expect(stored(state)).toEqual({ steps: { $map: [['b', { seen: { $set: [2, 1] } }]] } });
    expect(format.fromJson(format.toJson(state))).toEqual({ steps: new Map([['b', { seen: new Set([2, 1]) }]]) });
  });

  it('gives back any state as it was, also one that looks like what is stored', () => {
    const name = fc.oneof(fc.string(), fc.constantFrom('$map', '$set', '$$map', '$', '__proto__'));
    const { state } = fc.letrec((tie) => ({
      state: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom(null, true, 0, 1.5, ''),
        fc.string(),
        fc.array(tie('state'), { maxLength: 4 }),
        fc.dictionary(name, tie('state'), { maxKeys: 4, noNullPrototype: true }),
        fc.array(fc.tuple(tie('state'), tie('state')), { maxLength: 3 }).map((entries) => new Map(entries)),
        fc.array(tie('state'), { maxLength: 3 }).map((members) => new Set(members)),
      ),
    }));
    fc.assert(
      fc.property(state, (value) => {
        expect(format.fromJson(stored(value) as never)).toEqual(value);
      }),
      { numRuns: 500, seed: 7 },
    );
  });

  it('refuses what would not come back as it was', () => {
    class Sum {}
    for (const state of [new Date(0), { sum: new Sum() }, new Map([['a', new Date(0)]])]) {
      expect(() => format.toJson(state)).toThrow(TypeError);
    }
  });
});
