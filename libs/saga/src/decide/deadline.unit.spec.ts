import { orderEvents } from '@daybook/contracts';
import type { SagaDefinition } from '../definition/definition.ts';
import { exponential } from '../definition/retry.ts';
import { saga } from '../definition/saga.ts';
import { submitted } from '../testing/sample-saga.ts';
import { type SagaScenario, sagaScenario } from '../testing/scenario.ts';

const retry = exponential(2, 10_000);
const command = ({ orderId }: { readonly orderId: string }) => ({
  hub: 'order-commands' as const,
  target: `order-${orderId}`,
  type: 'ConfirmOrder',
  data: { orderId },
});
const action = { answers: orderEvents, command, succeeded: ['OrderConfirmed'] as const, retry };
const compensate = { command, succeeded: ['OrderRejected'] as const, retry };

/** pick → (a step that cannot be undone) → *shipped*, within 70 s. */
function hurried(options: { readonly final: boolean }): SagaDefinition {
  const begun = saga('Hurried', { version: 1 })
    .startedBy(orderEvents, 'OrderSubmitted', { key: 'orderId', context: ({ orderId }) => ({ orderId }) })
    .deadline(70_000)
    .step('pick', { ...action, compensate });
  const steps = options.final ? begun.step('tell', { ...action, nothingToUndo: 'it was said' }) : begun;
  return steps.pivot('ship', { awaits: 'OrderShipped' }).build();
}
const begin = (options = { final: false }): SagaScenario =>
  sagaScenario(hurried(options)).receives('OrderSubmitted', submitted('o1', 'a'));
const deadline = 'Hurried:o1/timer/1';
const types = (scenario: SagaScenario): string[] => scenario.last.map(({ type }) => type);

describe('a deadline', () => {
  it('is a timer from the start on, and turns the saga round when it fires', () => {
    const scenario = begin();
    expect(scenario.saga.timers.get(deadline)).toMatchObject({
      purpose: 'deadline',
      dueAt: '2010-12-01T00:01:10.000Z',
    });
    scenario.timePasses(deadline);
    expect(types(scenario).slice(0, 3)).toEqual(['TimerFired', 'CompensationStarted', 'TimersCancelled']);
    expect(scenario.saga.cause).toMatchObject({ kind: 'timed-out', reason: 'timed-out' });
    expect(scenario.saga.cause?.detail).toContain('70000 ms');
  });

  it('ends where the saga waits for its pivot', () => {
    const scenario = begin().answers('pick', 'OrderConfirmed');
    expect(scenario.timers).toEqual([]);
    scenario.timePasses(deadline);
    expect(types(scenario)).toEqual(['InputIgnored']);
  });

  it('ends when it turns round for another reason', () => {
    expect(
      begin()
        .timePasses()
        .timePasses()
        .timers.map(({ purpose }) => purpose),
    ).toEqual(['timeout']);
  });

  it('leaves alone what may have been done and has no way back', () => {
    const scenario = begin({ final: true }).answers('pick', 'OrderConfirmed');
    expect(scenario.asked).toEqual(['ConfirmOrder order-o1']);
    scenario.timePasses(deadline);
    expect(scenario.saga.status).toBe('running');
    scenario.answers('tell', 'OrderConfirmed');
    expect(scenario.saga.status).toBe('running');
    expect(scenario.timers).toEqual([]);
  });
});
