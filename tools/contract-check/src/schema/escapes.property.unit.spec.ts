import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { escapes } from './escapes.ts';
import type { Schema } from './keywords.ts';

type Keywords = Record<string, unknown>;

// An independent judge of what is valid.
const judge = new Ajv2020({ strict: false, formats: { even: (text: string) => text.length % 2 === 0 } });

const texts = fc.constantFrom('', 'a', 'b', 'ab', 'aab', 'B');
const numbers = fc.constantFrom(-1, 0, 1, 2, 2.5, 3);
const names = ['a', 'b', 'c'] as const;

/** Some of the keywords, with some of their values. */
const some = (keywords: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<Keywords> =>
  fc.record(keywords, { requiredKeys: [] });
const limit = fc.integer({ min: 0, max: 3 });

const leaves = fc.oneof(
  some({ minLength: limit, maxLength: limit, pattern: fc.constantFrom('^a', 'b$'), format: fc.constant('even') }).map(
    (keywords) => ({ type: 'string', ...keywords }),
  ),
  fc
    .tuple(
      fc.constantFrom('integer', 'number'),
      some({ minimum: numbers, maximum: numbers, exclusiveMinimum: numbers }),
    )
    .map(([type, keywords]) => ({ type, ...keywords })),
  fc.constantFrom<Schema>(true, {}, { type: 'boolean' }, { type: 'null' }, { type: ['string', 'null'] }),
  fc
    .uniqueArray(fc.oneof(texts, numbers, fc.boolean()), { minLength: 1, maxLength: 3 })
    .map((values) => ({ enum: values })),
  texts.map((only) => ({ const: only })),
);

/** Schemas of every keyword that is compared. */
const { schema: schemas } = fc.letrec<{ schema: Schema }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 2, depthSize: 'small' },
    leaves,
    fc
      .record(
        {
          properties: fc.dictionary(fc.constantFrom(...names), tie('schema'), { maxKeys: 3 }),
          required: fc.uniqueArray(fc.constantFrom(...names), { maxLength: 2 }),
          additionalProperties: fc.oneof(fc.constant(false), tie('schema')),
          propertyNames: fc.constantFrom({ type: 'string' }, { maxLength: 1 }, { enum: ['a', 'b'] }),
        },
        { requiredKeys: [] },
      )
      .map((keywords) => ({ type: 'object', ...keywords })),
    fc
      .record({ items: tie('schema'), minItems: limit, maxItems: limit }, { requiredKeys: [] })
      .map((keywords) => ({ type: 'array', ...keywords })),
    fc.array(tie('schema'), { minLength: 1, maxLength: 2 }).map((alternatives) => ({ anyOf: alternatives })),
    fc.array(tie('schema'), { minLength: 1, maxLength: 2 }).map((all) => ({ allOf: all })),
  ) as fc.Arbitrary<Schema>,
}));

const { value: values } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    fc.oneof(texts, numbers, fc.boolean(), fc.constant(null)),
    fc.dictionary(fc.constantFrom(...names, 'dd'), tie('value'), { maxKeys: 3 }),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
}));

/** The schema with something taken out, added or exchanged at one place: most often still near it. */
function changed(schema: Schema): fc.Arbitrary<Schema> {
  if (typeof schema === 'boolean') return schemas;
  const inside = Object.entries(schema).flatMap(([keyword, part]): fc.Arbitrary<Schema>[] => {
    if (['items', 'additionalProperties'].includes(keyword)) {
      return [changed(part as Schema).map((other) => ({ ...schema, [keyword]: other }))];
    }
    if (keyword === 'properties') {
      return Object.entries(part as Record<string, Schema>).flatMap(([name, property]) => {
        const { [name]: _gone, ...others } = part as Record<string, Schema>;
        return [
          changed(property).map((other) => ({ ...schema, properties: { ...others, [name]: other } })),
          fc.constant({ ...schema, properties: others }),
        ];
      });
    }
    if (keyword === 'anyOf' || keyword === 'allOf') {
      return (part as Schema[]).flatMap((each) => [
        fc.constant(each),
        changed(each).map((other) => ({ [keyword]: [other] })),
      ]);
    }
    if (keyword === 'type')
      return [fc.constantFrom('integer', 'number', 'string').map((type) => ({ ...schema, type }))];
    if (typeof part === 'number') return [limit.map((other) => ({ ...schema, [keyword]: other }))];
    const { [keyword]: _gone, ...rest } = schema;
    return [fc.constant(rest)];
  });
  return fc.oneof({ weight: 1, arbitrary: schemas }, ...inside.map((arbitrary) => ({ weight: 3, arbitrary })));
}

/** Values of the shape of a schema, whatever its limits are. */
function shaped(schema: Schema): fc.Arbitrary<unknown> {
  if (typeof schema === 'boolean') return values;
  const {
    type,
    properties = {},
    additionalProperties = true,
    items = true,
    anyOf,
    allOf,
    ...rest
  } = schema as Keywords;
  if (rest['const'] !== undefined) return fc.constant(rest['const']);
  if (Array.isArray(rest['enum'])) return fc.constantFrom(...(rest['enum'] as unknown[]));
  const combined = anyOf ?? allOf;
  if (Array.isArray(combined)) return fc.oneof(...(combined as Schema[]).map(shaped));
  switch (type) {
    case 'object': {
      const described = properties as Readonly<Record<string, Schema>>;
      const of = (name: string): Schema => described[name] ?? (additionalProperties as Schema);
      return fc.record(Object.fromEntries([...names, 'dd'].map((name) => [name, shaped(of(name))])), {
        requiredKeys: [],
      });
    }
    case 'array':
      return fc.array(shaped(items as Schema), { maxLength: 3 });
    case 'string':
      return texts;
    case 'integer':
    case 'number':
      return numbers;
    default:
      return values;
  }
}

const candidates = (schema: Schema): fc.Arbitrary<readonly unknown[]> =>
  fc.array(fc.oneof(shaped(schema), values), { minLength: 12, maxLength: 12 });
const cases = schemas
  .chain((one) => fc.tuple(fc.constant(one), changed(one)))
  .chain(([one, other]) => fc.record({ one: fc.constant(one), other: fc.constant(other), instances: candidates(one) }));
const runs = { numRuns: 500, seed: 20_101_201 };

describe('for schemas of every kind', () => {
  it('where nothing escapes, no instance of one is refused by the other', () => {
    let contained = 0;
    let met = 0;
    fc.assert(
      fc.property(cases, ({ one, other, instances }) => {
        for (const [sub, sup] of [
          [one, other],
          [other, one],
        ] as const) {
          if (escapes(sub, sup).length > 0) continue;
          contained += 1;
          for (const instance of instances.filter((each) => judge.validate(sub, each))) {
            met += 1;
            expect([sub, sup, instance, judge.validate(sup, instance)]).toEqual([sub, sup, instance, true]);
          }
        }
      }),
      runs,
    );
    // It would hold of schemas that never contain each other, too.
    expect(contained).toBeGreaterThan(300);
    expect(met).toBeGreaterThan(500);
  });

  it('nothing escapes from a schema to itself, or to what takes anything', () => {
    fc.assert(
      fc.property(schemas, (schema) => {
        expect(escapes(schema, schema)).toEqual([]);
        expect(escapes(schema, {})).toEqual([]);
      }),
      runs,
    );
  });
});
