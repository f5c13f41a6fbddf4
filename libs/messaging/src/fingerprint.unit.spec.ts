import { errorTypeOf, type Failure, failureFingerprint } from './fingerprint.ts';

const failure: Failure = {
  consumer: 'orders',
  type: 'OrderSubmitted',
  errorType: 'TypeError',
  error: 'order-o1: cannot read "total" of line 7',
  ownNames: ['order-o1'],
};
const of = (changed: Partial<Failure>): string => failureFingerprint({ ...failure, ...changed });

describe('the fingerprint of a failure', () => {
  it('is stable: it is stored', () => {
    expect(of({})).toBe(of({}));
    expect(of({})).toMatch(/^[0-9a-f]{12}$/);
  });

  it.each<[string, Partial<Failure>]>([
    ['another message', { error: 'order-one: cannot read "total" of line 7', ownNames: ['order-one', 'x'] }],
    ['another number', { error: 'order-o1: cannot read "total" of line 12' }],
    ['another quoted value', { error: 'order-o1: cannot read "amount" of line 7' }],
    ['further lines', { error: 'order-o1: cannot read "total" of line 7\n    at here' }],
  ])('is the same with %s', (_name, changed) => {
    expect(of(changed)).toBe(of({}));
  });

  it.each<[string, Partial<Failure>]>([
    ['consumer', { consumer: 'payments' }],
    ['type of message', { type: 'OrderShipped' }],
    ['type of error', { errorType: 'command-unusable' }],
    ['text', { error: 'order-o1: cannot write "total" of line 7' }],
  ])('is another with another %s', (_name, changed) => {
    expect(of(changed)).not.toBe(of({}));
  });
});

it.each([
  [Object.assign(new Error(), { code: 'command-unusable' }), 'command-unusable'],
  [new TypeError(), 'TypeError'],
  ['thrown text', 'string'],
])('the type of an error: %s', (error, type) => {
  expect(errorTypeOf(error)).toBe(type);
});
