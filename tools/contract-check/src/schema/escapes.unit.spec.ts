import { escapes } from './escapes.ts';
import type { Schema } from './keywords.ts';

const text = { type: 'string' };
const count = { type: 'integer' };
const closed = (properties: object, required: readonly string[] = []): Schema => ({
  ...{ type: 'object', properties, required },
  additionalProperties: false,
});
const open = (properties: object, required: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  required,
});

/** `path keyword` of each escape. */
const found = (one: Schema, other: Schema): string[] =>
  escapes(one, other).map(({ path, keyword }) => `${path} ${keyword}`.trim());

describe('every instance of one schema is one of the other', () => {
  it.each<[string, Schema, Schema]>([
    ['the same, whatever is said about it', { ...text, title: 'a' }, { description: 'b', ...text, 'x-note': 1 }],
    ['anything', text, {}],
    ['nothing', false, text],
    ['an integer is a number', count, { type: 'number' }],
    ['one of several types', text, { type: ['string', 'null'] }],
    ['tighter limits', { ...count, minimum: 1, maximum: 5 }, { ...count, minimum: 0, maximum: 9 }],
    ['a shorter text', { ...text, minLength: 1, maxLength: 5 }, { ...text, minLength: 0, maxLength: 9 }],
    ['the same pattern', { ...text, pattern: '^a', maxLength: 3 }, { ...text, pattern: '^a' }],
    ['fewer values', { enum: ['a'] }, { enum: ['a', 'b'] }],
    ['values that have the form', { enum: ['a', 'bb'] }, { ...text, maxLength: 2, pattern: '^[ab]+$' }],
    ['one value', { const: 1 }, { ...count, minimum: 0 }],
    ['an alternative', text, { anyOf: [count, text] }],
    ['fewer alternatives', { anyOf: [count, text] }, { anyOf: [text, { type: 'null' }, { type: 'number' }] }],
    ['all of several', { allOf: [open({ a: text }), open({ b: text }, ['b'])] }, open({}, ['b'])],
    ['more than one has to be', open({ a: text, b: text }, ['a', 'b']), { allOf: [open({}, ['a']), open({}, ['b'])] }],
    ['a closed object where further properties may be', closed({ a: text }), open({ a: text })],
    ['no property that is not there', closed({}), closed({ a: text })],
    ['a property that always is', closed({ a: text }, ['a']), closed({ a: text })],
    ['items', { type: 'array', items: count, maxItems: 2 }, { type: 'array', items: { type: 'number' } }],
    ['no items', { type: 'array', maxItems: 0 }, { type: 'array', items: text }],
    [
      'a map',
      { type: 'object', additionalProperties: count },
      { type: 'object', additionalProperties: { type: 'number' } },
    ],
    ['a property by the rest', { type: 'object', additionalProperties: count }, open({ a: { type: 'number' } })],
    ['names that are as they may be', closed({ ab: text }), { type: 'object', propertyNames: { maxLength: 2 } }],
    ['an open enumeration', { enum: ['a'] }, { ...text, 'x-extensible-enum': ['b'] }],
  ])('%s', (_, one, other) => {
    expect(found(one, other)).toEqual([]);
  });
});

describe('an instance of one schema may fail the other', () => {
  it.each<[string, Schema, Schema, readonly string[]]>([
    ['by its type', text, count, ['type']],
    ['by a type more', { type: ['string', 'null'] }, text, ['type']],
    ['where anything may be', {}, text, ['type']],
    ['by a wider limit', { ...count, minimum: 0 }, { ...count, minimum: 1 }, ['minimum']],
    ['where there is no limit', count, { ...count, maximum: 1 }, ['maximum']],
    ['by its length', { ...text, maxLength: 9 }, { ...text, maxLength: 5 }, ['maxLength']],
    ['by another pattern', { ...text, pattern: '^a' }, { ...text, pattern: '^b' }, ['pattern']],
    ['by another format', { ...text, format: 'date' }, { ...text, format: 'date-time' }, ['format']],
    ['by a value more', { enum: ['a', 'b'] }, { enum: ['a'] }, ['enum']],
    ['where values are named', text, { enum: ['a'] }, ['enum']],
    ['by a value that has not the form', { enum: ['a', 'bbb'] }, { ...text, maxLength: 2 }, ['enum']],
    ['by a value of a format nobody compares', { enum: ['a'] }, { ...text, format: 'date' }, ['enum']],
    ['by an alternative', { anyOf: [count, text] }, count, ['type']],
    ['where no alternative fits', { type: 'null' }, { anyOf: [count, text] }, ['enum']],
    ['by a property that may be absent', open({ a: text }), open({ a: text }, ['a']), ['a required']],
    ['by a property that is not there', closed({}), closed({ a: text }, ['a']), ['a required']],
    ['by a property that is not described', open({}), open({ a: text }), ['a properties']],
    ['by a property too many', closed({ a: text }), closed({}), ['a additionalProperties']],
    ['by being open', open({}), closed({}), ['additionalProperties']],
    [
      'deep inside',
      open({ a: { type: 'array', items: open({ b: text }) } }),
      open({ a: { type: 'array', items: open({ b: count }) } }),
      ['a[].b type'],
    ],
    ['by its items', { type: 'array' }, { type: 'array', items: text, minItems: 1 }, ['minItems', '[] type']],
    [
      'by the values of a map',
      { type: 'object', additionalProperties: text },
      { type: 'object', additionalProperties: count },
      ['* type'],
    ],
    ['by a name', closed({ abc: text }), { type: 'object', propertyNames: { maxLength: 2 } }, ['{} enum']],
    ['by names', { type: 'object' }, { type: 'object', propertyNames: { maxLength: 2 } }, ['{} maxLength']],
    [
      'where only one of all is',
      open({ a: text }, ['a']),
      { allOf: [open({}, ['a']), open({}, ['b'])] },
      ['b required'],
    ],
  ])('%s', (_, one, other, expected) => {
    expect(found(one, other)).toEqual(expected);
  });

  it('by what both say', () => {
    const [escape] = escapes({ ...count, maximum: 9 }, { ...count, maximum: 5 }, 'body');
    expect(escape).toEqual({ path: 'body', keyword: 'maximum', one: 9, other: 5 });
  });
});

describe('what cannot be compared is an error', () => {
  it.each<[Schema, RegExp]>([
    [{ type: 'array', prefixItems: [text] }, /a: the keyword prefixItems cannot be compared: teach it to/],
    [{ oneOf: [text, count] }, /the keyword oneOf cannot be compared/],
    [{ anyOf: [text], maxLength: 3 }, /maxLength beside anyOf cannot be compared/],
    [{ anyOf: [] }, /anyOf must be a list of schemas/],
  ])('%j', (schema, reason) => {
    expect(() => escapes(closed({ a: schema }), closed({ a: {} }))).toThrow(reason);
    expect(() => escapes(closed({ a: text }), closed({ a: schema }))).toThrow(
      expect.objectContaining({ code: 'unknown-keyword' }),
    );
  });
});
