import type { Schema } from '../schema/keywords.ts';
import { schemaChanges } from './schema-changes.ts';

const text = { type: 'string' };
const count = { type: 'integer', minimum: 1 };
const status = { enum: ['open', 'closed'] };
const order = { orderId: text, quantity: count, status, note: text };
const needed = ['orderId', 'quantity'];
const open: Schema = { type: 'object', properties: order, required: needed };
const closed: Schema = { ...open, additionalProperties: false };
const { note: _note, ...withoutNote } = order;
const { quantity: _quantity, ...withoutQuantity } = order;

const place = { document: 'openapi', path: 'body' } as const;
const told = (old: Schema, now: Schema, direction: 'given' | 'taken'): string[] =>
  schemaChanges({ old, now }, direction, place).map(({ kind, path, what }) => `${kind} ${path}: ${what}`);
const differing = (from: Schema, change: object): Schema => ({ ...(from as object), ...change });

/** Of an answer: what its readers know must go on. */
describe('what is given', () => {
  it.each<[string, object, string]>([
    ['a property more', { properties: { ...order, more: text } }, 'compatible body more: is new'],
    ['a property less', { properties: withoutNote }, 'breaking body note: is gone'],
    [
      'one less that was always there',
      { properties: withoutQuantity, required: ['orderId'] },
      'breaking body quantity: is gone',
    ],
    ['one that may be absent', { required: ['orderId'] }, 'breaking body quantity: may be absent now'],
    ['one that is always there', { required: [...needed, 'note'] }, 'compatible body note: is required now'],
    [
      'another type',
      { properties: { ...order, quantity: text } },
      'breaking body quantity: type is "string", was "integer"',
    ],
    [
      'another value',
      { properties: { ...order, status: { enum: ['open', 'closed', 'lost'] } } },
      'breaking body status: may be "lost" now',
    ],
    [
      'a value less',
      { properties: { ...order, status: { enum: ['open'] } } },
      'compatible body status: may not be "closed" any more',
    ],
    ['any value', { properties: { ...order, status: text } }, 'breaking body status: may be anything now'],
    [
      'a wider limit',
      { properties: { ...order, quantity: { ...count, minimum: 0 } } },
      'breaking body quantity: minimum is 0, was 1',
    ],
    [
      'a tighter limit',
      { properties: { ...order, quantity: { ...count, minimum: 2 } } },
      'compatible body quantity: minimum is 2, was 1',
    ],
    [
      'a limit',
      { properties: { ...order, note: { ...text, maxLength: 9 } } },
      'compatible body note: maxLength is 9, was not said',
    ],
    [
      'another pattern',
      { properties: { ...order, note: { ...text, pattern: 'a' } } },
      'compatible body note: pattern is "a", was not said',
    ],
  ])('%s', (_, change, expected) => {
    expect(told(open, differing(open, change), 'given')).toEqual([expected]);
  });

  it('a property that strict readers refuse', () => {
    const now = differing(closed, { properties: { ...order, more: text } });
    expect(told(closed, now, 'given')).toEqual(['breaking body more: is new']);
  });

  it('a value of an open enumeration', () => {
    const reasons = (...known: string[]): Schema => ({ ...text, 'x-extensible-enum': known });
    expect(told(reasons('late'), reasons('late', 'lost'), 'given')).toEqual([
      'compatible body: known values are ["late","lost"], were ["late"]',
    ]);
    expect(told({ enum: ['late'] }, reasons('late', 'lost'), 'given')).toEqual(['breaking body: may be anything now']);
  });
});

/** Of a request: what was accepted must go on being accepted. */
describe('what is taken', () => {
  it.each<[string, object, string]>([
    ['a property more', { properties: { ...order, more: text } }, 'compatible body more: is new'],
    [
      'one more that has to be there',
      { properties: { ...order, more: text }, required: [...needed, 'more'] },
      'breaking body more: is required now',
    ],
    ['one that has to be there now', { required: [...needed, 'note'] }, 'breaking body note: is required now'],
    ['one that need not be there', { required: ['orderId'] }, 'compatible body quantity: may be absent now'],
    ['a property less', { properties: withoutNote }, 'breaking body note: is gone'],
    [
      'another type',
      { properties: { ...order, quantity: text } },
      'breaking body quantity: type is "string", was "integer"',
    ],
    [
      'a value less',
      { properties: { ...order, status: { enum: ['open'] } } },
      'breaking body status: may not be "closed" any more',
    ],
    [
      'another value',
      { properties: { ...order, status: { enum: ['open', 'closed', 'lost'] } } },
      'compatible body status: may be "lost" now',
    ],
    [
      'a tighter limit',
      { properties: { ...order, quantity: { ...count, minimum: 2 } } },
      'breaking body quantity: minimum is 2, was 1',
    ],
    [
      'a wider limit',
      { properties: { ...order, quantity: { ...count, minimum: 0 } } },
      'compatible body quantity: minimum is 0, was 1',
    ],
    [
      'a pattern',
      { properties: { ...order, note: { ...text, pattern: 'a' } } },
      'breaking body note: pattern is "a", was not said',
    ],
    ['anything else', { additionalProperties: true }, 'compatible body: is new'],
    [
      'a default',
      { properties: { ...order, status: { ...status, default: 'open' } } },
      'breaking body status: default is "open", was not said',
    ],
  ])('%s', (_, change, expected) => {
    expect(told(closed, differing(closed, change), 'taken')).toEqual([expected]);
  });
});

it('what is only said in other words is no change', () => {
  const reworded = differing(closed, {
    description: 'An order.',
    title: 'Order',
    properties: { ...order, note: { ...text, examples: ['a'] } },
  });
  for (const direction of ['given', 'taken'] as const) expect(told(closed, reworded, direction)).toEqual([]);
});

it('each change that breaks says what to do', () => {
  const changes = schemaChanges({ old: open, now: { type: 'object' } }, 'given', place);
  expect(changes.length).toBeGreaterThan(0);
  for (const { remedy } of changes) expect(remedy).toMatch(/go on giving/);
});
