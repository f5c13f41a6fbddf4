import { paymentEvents } from '@daybook/contracts';
import { orderEvents } from '@daybook/contracts';
import { exponential } from '../definition/retry.ts';
import { saga } from '../definition/saga.ts';
import { submitted } from '../testing/sample-saga.ts';
import { type SagaScenario, sagaScenario } from '../testing/scenario.ts';

const retry = exponential(10, 5_000);
const to =
  (type: string) =>
  ({ orderId }: { readonly orderId: string }) => ({
    hub: 'payment-commands' as const,
    target: `payment-${orderId}`,
    type,
    data: { orderId },
  });
const probed = saga('Probed', { version: 1 })
  .startedBy(orderEvents, 'OrderSubmitted', { key: 'orderId', context: ({ orderId }) => ({ orderId }) })
  .cancelledBy('OrderCancelled')
  .step('authorize', {
    answers: paymentEvents,
    command: to('AuthorizePayment'),
    succeeded: ['PaymentAuthorized'],
    refused: { PaymentDeclined: ({ code }) => ({ reason: code }) },
    unknown: { PaymentAuthorizationUnknown: ({ message }) => ({ reason: 'unresolved', detail: message }) },
    onUnknown: { everyMs: 1_000, horizonMs: 1_500 },
    retry,
    compensate: { command: to('VoidPayment'), succeeded: ['PaymentVoided'], retry },
  })
  .pivot('ship', { awaits: 'OrderShipped' })
  .build();

const data = { paymentId: 'o1', orderId: 'o1', message: 'no answer' };
const unknown = (scenario: SagaScenario): SagaScenario =>
  scenario.answers('authorize', 'PaymentAuthorizationUnknown', { data, outcome: true });
/** Answered again: what the participant says to a further attempt. */
const again = (scenario: SagaScenario, type: string, more: object = data): SagaScenario =>
  scenario.answers('authorize', 'OutcomeRepeated', { data: { eventId: 'e', type, data: more } });
const begin = (): SagaScenario => sagaScenario(probed).receives('OrderSubmitted', submitted('o1', 'a'));
const types = (scenario: SagaScenario): string[] => scenario.last.map(({ type }) => type);

describe('a step whose outcome is unknown', () => {
  it('is asked again under the same key before anything is undone', () => {
    const scenario = unknown(begin());
    expect(types(scenario)).toEqual(['StepUnknown', 'TimerScheduled', 'TimersCancelled']);
    expect(scenario.timers).toMatchObject([{ purpose: 'probe', dueAt: '2010-12-01T00:00:00.500Z' }]);
    scenario.timePasses();
    expect(scenario.commands.at(-1)).toMatchObject({ intentKey: 'Probed:o1/authorize/-/do/0', attempt: 2 });
  });

  it('goes on as if nothing had been when the participant has found out', () => {
    const scenario = again(unknown(begin()).timePasses(), 'PaymentAuthorized');
    expect(scenario.saga.status).toBe('running');
    expect(scenario.timers).toEqual([]);
    const early = unknown(begin()).answers('authorize', 'PaymentAuthorized', { outcome: true });
    expect(early.saga.steps.has('ship/do')).toBe(true);
  });

  it('is not undone when it is found not to have been done', () => {
    const scenario = again(unknown(begin()).timePasses(), 'PaymentDeclined', { ...data, code: 'declined' });
    expect(scenario.saga.status).toBe('compensated');
    expect(scenario.commands.some(({ type }) => type === 'VoidPayment')).toBe(false);
  });

  it('is undone once the horizon is over and it is unknown still: asked the last time at its end', () => {
    const scenario = unknown(begin());
    let asked = 0;
    while (scenario.saga.status === 'running') {
      scenario.timePasses();
      asked += 1;
      again(scenario, 'PaymentAuthorizationUnknown');
    }
    expect(asked).toBe(3);
    expect(scenario.nowMs).toBe(Date.UTC(2010, 11, 1) + 1_500);
    expect(scenario.asked).toEqual(['VoidPayment payment-o1']);
    expect(scenario.saga.cause).toMatchObject({ kind: 'unknown', reason: 'unresolved' });
  });

  it('is undone when the saga is called off meanwhile, and its undo is asked for until it is answered', () => {
    const scenario = unknown(begin()).receives('OrderCancelled', { orderId: 'o1' });
    expect(scenario.asked).toEqual(['VoidPayment payment-o1']);
    scenario.timePasses();
    expect(scenario.commands.at(-1)).toMatchObject({ intentKey: 'Probed:o1/authorize/-/undo/0', attempt: 2 });
  });

  it('can be resolved by an operator meanwhile', () => {
    const scenario = unknown(begin());
    scenario.operator({ action: 'resolve', outcome: 'succeeded', evidence: 'the provider shows it' });
    expect(scenario.timers).toEqual([]);
    expect(scenario.saga.steps.has('ship/do')).toBe(true);
  });
});
