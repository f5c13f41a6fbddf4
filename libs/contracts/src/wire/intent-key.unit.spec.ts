import fc from 'fast-check';
import { attemptMessageId, formatIntentKey, type IntentKey, outcomeKey, parseIntentKey } from './intent-key.ts';

const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
const item = fc.oneof(
  fc.constantFrom('-', '85123A', 'BANK CHARGES', 'gift_0001_20', 'outcome', '1'),
  fc.stringMatching(/^[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,20}[A-Za-z0-9._-])?$/),
);
const intents: fc.Arbitrary<IntentKey> = fc.record({
  sagaId: fc.tuple(fc.constantFrom('FulfilOrder', 'ReturnOrder'), id).map(([type, key]) => `${type}:${key}`),
  step: fc.constantFrom('reserve', 'authorize', 'confirm', 'complete-return'),
  item,
  phase: fc.constantFrom('do', 'undo'),
  round: fc.nat({ max: 50 }),
});
const runs = { numRuns: 300, seed: 20_101_201 };

describe('an intent key', () => {
  it('is read as it was written, also with an attempt or an outcome behind it', () => {
    fc.assert(
      fc.property(intents, fc.integer({ min: 1, max: 99 }), (intent, attempt) => {
        const key = formatIntentKey(intent);
        expect(parseIntentKey(key)).toEqual(intent);
        expect(parseIntentKey(attemptMessageId(key, attempt))).toEqual(intent);
        expect(parseIntentKey(outcomeKey(key))).toEqual(intent);
      }),
      runs,
    );
  });

  it('tells any two intents apart, and their messages from their outcomes', () => {
    fc.assert(
      fc.property(intents, intents, fc.integer({ min: 1, max: 9 }), (one, other, attempt) => {
        const same = JSON.stringify(one) === JSON.stringify(other);
        expect(formatIntentKey(one) === formatIntentKey(other)).toBe(same);
        expect(attemptMessageId(formatIntentKey(one), attempt)).not.toBe(outcomeKey(formatIntentKey(other)));
      }),
      runs,
    );
  });

  it('looks like this', () => {
    const intent = { sagaId: 'FulfilOrder:o1', step: 'reserve', item: '85123A', phase: 'do', round: 0 } as const;
    expect(formatIntentKey(intent)).toBe('FulfilOrder:o1/reserve/85123A/do/0');
    expect(attemptMessageId(formatIntentKey(intent), 2)).toBe('FulfilOrder:o1/reserve/85123A/do/0/2');
  });

  it.each([
    'http:3f2a',
    'http:FulfilOrder:o1/reserve/85123A/do/0',
    'FulfilOrder:o1',
    'FulfilOrder:o1/reserve/85123A/redo/0',
    'FulfilOrder:o1/reserve/85123A/do',
    'FulfilOrder:o1/reserve/85123A/do/x',
    'FulfilOrder:o1/reserve/85123A/do/0/outcome/1',
    'FulfilOrder:o1/reserve//do/0',
    'fulfilOrder:o1/reserve/85123A/do/0',
    '',
  ])('%j is none: it is not a command of a saga', (key) => {
    expect(parseIntentKey(key)).toBeUndefined();
  });
});
