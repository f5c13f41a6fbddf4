import { orderEvents } from '@daybook/contracts';
import { exponential } from './retry.ts';
import { saga, type SagaBuilder } from './saga.ts';
import { isSagaDefinitionError } from './errors.ts';
import type { Reasons } from './options.ts';

interface Context {
  readonly orderId: string;
}
const retry = exponential(3, 1_000);
const command = ({ orderId }: Context) => ({
  hub: 'order-commands' as const,
  target: `order-${orderId}`,
  type: 'ConfirmOrder',
  data: { orderId },
});
const action = { answers: orderEvents, command, succeeded: ['OrderConfirmed'] as const, retry };
const compensate = { command, succeeded: ['OrderRejected'] as const, retry };
const step = { ...action, compensate };

const begin = (type = 'Test', version = 1): SagaBuilder<Context> =>
  saga(type, { version }).startedBy(orderEvents, 'OrderSubmitted', {
    key: 'orderId',
    context: ({ orderId }) => ({ orderId }),
  });
const whole = (): SagaBuilder<Context> => begin().step('confirm', step).pivot('ship', { awaits: 'OrderShipped' });

const wholeOf = (version: number): SagaBuilder<Context> =>
  begin('Test', version).step('confirm', step).pivot('ship', { awaits: 'OrderShipped' });
const probing = (
  onUnknown: { everyMs: number; horizonMs: number },
  unknown: Reasons<typeof orderEvents> = { OrderRequestRefused: () => ({ reason: 'unknown' }) },
): SagaBuilder<Context> =>
  begin()
    .step('confirm', { ...step, unknown, onUnknown })
    .pivot('ship', { awaits: 'OrderShipped' });

describe('a saga definition', () => {
  it('keeps its steps in stages, those alongside in one', () => {
    const definition = whole()
      .retriable('one', action)
      .retriable('two', { ...action, alongside: true })
      .build();
    expect(definition.stages.map((stage) => stage.map(({ name }) => name))).toEqual([
      ['confirm'],
      ['ship'],
      ['one', 'two'],
    ]);
  });

  it.each<[string, () => SagaBuilder<Context>, RegExp]>([
    ['no pivot', () => begin().step('confirm', step), /no pivot: add \.pivot/],
    ['two pivots', () => whole().pivot('again', { awaits: 'OrderDelivered' }), /exactly one point of no return/],
    ['a start and a step as pivot', () => whole().pivotAtStart(), /exactly one point of no return/],
    [
      'no way back',
      () => begin().step('confirm', action).pivot('ship', { awaits: 'OrderShipped' }),
      /needs a compensation/,
    ],
    [
      'both ways',
      () =>
        begin()
          .step('confirm', { ...step, nothingToUndo: 'why' })
          .pivot('ship', { awaits: 'OrderShipped' }),
      /not both/,
    ],
    ['a step after the pivot', () => whole().step('late', step), /after the pivot.*use \.retriable/],
    [
      'a retriable before it',
      () => begin().retriable('early', action).pivot('ship', { awaits: 'OrderShipped' }),
      /before the pivot: use \.step/,
    ],
    ['one name twice', () => whole().retriable('confirm', action), /of that name already/],
    ['a bad name', () => whole().retriable('Capture', action), /small letters and dashes/],
    ['a name that is taken', () => whole().retriable('end', action), /are taken/],
    ['a bad type', () => begin('test').pivotAtStart(), /beginning with a capital/],
    ['version 0', () => begin('Test', 0).pivotAtStart(), /count from 1/],
    [
      'alongside nothing',
      () => whole().retriable('one', { ...action, alongside: true }),
      /no step of its kind before it/,
    ],
    [
      'no attempts',
      () => whole().retriable('one', { ...action, retry: { ...retry, attempts: 0 } }),
      /retry\.attempts: must be 1 to 100/,
    ],
    ['no time', () => whole().retriable('one', { ...action, retry: { ...retry, timeoutMs: 0 } }), /retry\.timeoutMs/],
    ['no success', () => whole().retriable('one', { ...action, succeeded: [] }), /at least one type/],
    [
      'a double meaning',
      () => whole().retriable('one', { ...action, progress: ['OrderConfirmed'] }),
      /cannot mean two things/,
    ],
    [
      'a named repetition',
      () => whole().retriable('one', { ...action, succeeded: ['OutcomeRepeated'] }),
      /never named/,
    ],
    ['a cancelling pivot', () => whole().cancelledBy('OrderShipped'), /cannot both/],
    [
      'a cancellation without a way back',
      () => begin().pivotAtStart().cancelledBy('OrderCancelled'),
      /nothing can call it off/,
    ],
    ['a closing without a way back', () => begin().pivotAtStart().closing('reject', action), /never turns round/],
    [
      'too many in flight',
      () =>
        whole().retriable('many', {
          ...action,
          each: { of: () => ['a'], id: (item: string) => item, inFlightMax: 51 },
        }),
      /inFlightMax: must be 1 to 50/,
    ],
    ['a deadline of nothing', () => whole().deadline(0), /deadline: must be whole milliseconds/],
    [
      'a deadline that its retries do not fit',
      () => whole().deadline(6_999),
      /6999 ms is less than the 7000 ms that the steps before the pivot may take \(confirm 7000\): make it longer/,
    ],
    ['two deadlines', () => whole().deadline(60_000).deadline(60_000), /there is one already/],
    ['a deadline after the pivot', () => begin().pivotAtStart().deadline(60_000), /leave it out/],
    ['probing what cannot be unknown', () => probing({ everyMs: 10, horizonMs: 10 }, {}), /name the answers/],
    ['probing more seldom than its horizon', () => probing({ everyMs: 11, horizonMs: 10 }), /at most horizonMs/],
    ['a migration from the future', () => whole().migrate({ from: 1, at: 'ship' }), /before 1, not 1/],
    [
      'two migrations from one version',
      () => wholeOf(3).migrate({ from: 1, at: 'ship' }).migrate({ from: 1, at: 'confirm' }),
      /from 1 already/,
    ],
    ['a migration at no step', () => wholeOf(2).migrate({ from: 1, at: 'pack' }), /pack must be a step/],
  ])('is refused with %s', (_, define, message) => {
    expect(() => define().build()).toThrow(message);
  });

  it('takes a deadline that its retries just fit: those of steps beside each other count once', () => {
    const both = begin()
      .step('one', step)
      .step('two', { ...step, alongside: true })
      .pivot('ship', { awaits: 'OrderShipped' });
    expect(both.deadline(7_000).build().deadlineMs).toBe(7_000);
  });

  it('is refused where a step with nothing to undo could end in doubt', () => {
    const doubtful = {
      ...action,
      nothingToUndo: 'why',
      unknown: { OrderRequestRefused: () => ({ reason: 'unknown' }) },
    };
    expect(() => begin().step('confirm', doubtful)).toThrow(/may not end in doubt/);
  });

  it('refuses items that are too many, double or with a slash', () => {
    const over = (items: readonly string[]) => () =>
      whole()
        .retriable('many', { ...action, each: { of: () => items, id: (item: string) => item } })
        .build()
        .stages.flat()
        .flatMap((each) => (each.kind === 'pivot' ? [] : each.itemsOf({ orderId: 'o1' })));
    expect(over(['a', 'b'])()).toEqual(['-', 'a', 'b']);
    expect(over(['a', 'a'])).toThrow(/unique/);
    expect(over(['a/b'])).toThrow(/slash/);
    expect(over(Array.from({ length: 1_001 }, (_, index) => `${index}`))).toThrow(/1001 items; at most 1000/);
  });

  it('names saga and step in its errors', () => {
    try {
      whole().step('late', step).build();
      throw new Error('it was not refused');
    } catch (error) {
      expect(isSagaDefinitionError(error)).toBe(true);
      expect(error).toMatchObject({ code: 'bad-saga-definition', saga: 'Test', step: 'late' });
    }
  });
});
