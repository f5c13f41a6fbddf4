import { attemptMessageId, orderEvents, paymentEvents, stockEvents } from '@daybook/contracts';
import { collectionsFormat, type StoredEvent } from '@daybook/eventstore';
import fc from 'fast-check';
import { exponential } from '../definition/retry.ts';
import { saga } from '../definition/saga.ts';
import type { SagaEvent } from '../events/saga-events.ts';
import { describeSaga } from '../read-models/describe.ts';
import { projectSagaListItem, type SagaListItem } from '../read-models/saga-list.ts';
import { submitted } from '../testing/sample-saga.ts';
import { type SagaScenario, sagaScenario } from '../testing/scenario.ts';
import { type DueTimer, projectTimers } from '../timers/timer-index.ts';
import type { OperatorRequest } from './operator.ts';
import type { PossibleAction } from './preview.ts';
import { isFinished, type SagaState } from './state.ts';

const retry = exponential(2, 1_000);
const inFlightMax = 2;
const skus = ['a', 'b', 'c', 'd', 'e'];
const to =
  (type: string) =>
  ({ orderId }: { readonly orderId: string }) => ({
    hub: 'order-commands' as const,
    target: `order-${orderId}`,
    type,
    data: { orderId },
  });
const refused = { StockRequestRefused: () => ({ reason: 'refused', transient: true }) };

/** Everything that a definition can have, in small. */
const everything = saga('Everything', { version: 1 })
  .startedBy(orderEvents, 'OrderSubmitted', { key: 'orderId', context: ({ orderId }) => ({ orderId }) })
  .cancelledBy('OrderCancelled')
  .deadline(30_000)
  .step('reserve', {
    answers: stockEvents,
    each: { of: () => skus, id: (sku) => sku, inFlightMax },
    command: to('Reserve'),
    succeeded: ['StockReserved'],
    refused: { StockReservationRejected: () => ({ reason: 'out-of-stock' }), ...refused },
    retry,
    stake: () => ({ pieces: 1 }),
    compensate: {
      command: to('Release'),
      succeeded: ['StockReservationReleased'],
      refused,
      retry,
      skippable: 'a count',
    },
  })
  .step('authorize', {
    alongside: true,
    answers: paymentEvents,
    command: to('Authorize'),
    succeeded: ['PaymentAuthorized'],
    unknown: { PaymentAuthorizationUnknown: () => ({ reason: 'unknown' }) },
    onUnknown: { everyMs: 500, horizonMs: 1_000 },
    retry,
    stake: () => ({ money: { amount: 100, currency: 'GBP' } }),
    compensate: { command: to('Void'), succeeded: ['PaymentVoided'], retry },
  })
  .step('confirm', {
    answers: orderEvents,
    command: to('Confirm'),
    succeeded: ['OrderConfirmed'],
    refused: { OrderRequestRefused: () => ({ reason: 'refused' }) },
    retry,
    nothingToUndo: 'the order decides',
  })
  .pivot('ship', { awaits: 'OrderShipped' })
  .retriable('capture', {
    answers: paymentEvents,
    command: to('Capture'),
    succeeded: ['PaymentCaptured'],
    refused: { PaymentRequestRefused: () => ({ reason: 'refused' }) },
    retry,
    skippable: 'a receipt',
    stake: () => ({ money: { amount: 100, currency: 'GBP' } }),
  })
  .retriable('commit', {
    alongside: true,
    answers: stockEvents,
    each: { of: () => skus, id: (sku) => sku, inFlightMax },
    command: to('Commit'),
    succeeded: ['StockCommitted'],
    retry,
  })
  .closing('reject', { answers: orderEvents, command: to('Reject'), succeeded: ['OrderRejected'], retry })
  .build();

const answers = {
  reserve: {
    do: ['StockReserved', 'StockReserved', 'StockReserved', 'StockRequestRefused', 'StockReservationRejected'],
    undo: ['StockReservationReleased', 'StockRequestRefused'],
  },
  authorize: { do: ['PaymentAuthorized', 'PaymentAuthorized', 'PaymentAuthorizationUnknown'], undo: ['PaymentVoided'] },
  confirm: { do: ['OrderConfirmed', 'OrderConfirmed', 'OrderRequestRefused'], undo: [] },
  capture: { do: ['PaymentCaptured', 'PaymentRequestRefused'], undo: [] },
  commit: { do: ['StockCommitted'], undo: [] },
  reject: { do: ['OrderRejected'], undo: [] },
} as const;
const data: Readonly<Record<string, object>> = {
  StockReservationRejected: {
    sku: 'a',
    reservationId: 'o1',
    orderId: 'o1',
    quantity: 1,
    available: 0,
    code: 'insufficient-stock',
  },
  StockRequestRefused: {
    sku: 'a',
    reservationId: 'o1',
    orderId: 'o1',
    request: 'release',
    code: 'busy',
    message: 'later',
  },
  PaymentAuthorizationUnknown: { paymentId: 'o1', orderId: 'o1', message: 'no answer' },
  PaymentRequestRefused: { paymentId: 'o1', orderId: 'o1', request: 'capture', code: 'expired', message: 'too late' },
  OrderRequestRefused: { orderId: 'o1', request: 'confirm', code: 'order-rejected', message: 'too late' },
};

interface Choice {
  readonly what: number;
  readonly which: number;
}

const happening =
  (choice: Choice) =>
  (scenario: SagaScenario): void =>
    happen(scenario, choice);

function happen(scenario: SagaScenario, { what, which }: Choice): void {
  const pick = <T>(some: readonly T[]): T | undefined => some[which % Math.max(1, some.length)];
  // Mostly answers to what is awaited, sometimes to anything.
  if (what < 9) {
    const { awaited } = describeSaga(scenario.saga);
    const anything = {
      step: pick(Object.keys(answers)) ?? '',
      phase: 'do' as const,
      item: pick(['-', ...skus]) ?? '-',
    };
    const { step, phase, item } = (what < 8 ? pick(awaited) : undefined) ?? anything;
    const type = pick(answers[step as keyof typeof answers][phase]) ?? 'OrderConfirmed';
    scenario.answers(step, type, { item, phase, data: { ...(data[type] ?? {}) } });
    return;
  }
  if (what === 9 || what === 10) scenario.timePasses();
  else if (what === 11) scenario.receives(which % 4 === 0 ? 'OrderCancelled' : 'OrderShipped', { orderId: 'o1' });
  else if (what === 12) scenario.timePasses(`Everything:o1/timer/${1 + (which % 8)}`);
  else {
    // Mostly something that is possible, sometimes anything.
    const possible = pick(describeSaga(scenario.saga, everything).actions ?? []);
    const request = (which % 3 === 0 ? undefined : possible) ?? { action: pick(operatorActions) ?? 'cancel' };
    scenario.operator(requestOf(request, which), {
      actor: which % 3 === 0 ? 'operator:ann' : 'operator:bob',
      secondPerson: which % 2 === 0,
    });
  }
}

const operatorActions = ['retry', 'skip', 'resolve', 'cancel', 'force-compensate'] as const;

function requestOf(
  { action, step, phase, proposalId = '' }: Omit<PossibleAction, 'movesMoney'>,
  which: number,
): OperatorRequest {
  const evidence = 'seen';
  switch (action) {
    case 'retry':
      return { action, step, phase };
    case 'skip':
      return { action, step, phase, evidence };
    case 'resolve':
      return { action, step, phase, evidence, outcome: which % 2 === 0 ? 'succeeded' : 'failed' };
    case 'cancel':
      return { action };
    case 'force-compensate':
      return { action, evidence };
    default:
      return { action: which % 2 === 0 ? 'decline' : 'approve', proposalId };
  }
}

const stored = (event: SagaEvent): StoredEvent =>
  ({ type: event.type, schemaVersion: 1, data: event.data, recordedAt: '' }) as unknown as StoredEvent;
const format = collectionsFormat<SagaState>();

/** What is true of every saga at every moment, whatever came before: to be called after each input. */
function checker(scenario: SagaScenario): () => void {
  let index: readonly DueTimer[] = [];
  let item: SagaListItem | undefined;
  const ids = new Set<string>();
  return () => {
    const { saga: state, last } = scenario;
    for (const [key, { items }] of state.steps) {
      const flying = [...items.values()].filter(({ status }) => ['waiting', 'pausing', 'probing'].includes(status));
      expect(flying.length).toBeLessThanOrEqual(inFlightMax);
      // Whoever waits is woken: no step is waited for without a clock. What was asked for on the way there is not, once it turned round.
      const current = state.status === 'running' || key.endsWith('/undo') || key === 'reject/do';
      for (const { timerId } of current ? flying : []) expect(state.timers.has(timerId ?? '')).toBe(true);
      if (state.status === 'compensated' && key.endsWith('/undo')) {
        expect([...items.values()].every(({ status }) => status === 'succeeded')).toBe(true);
      }
    }
    if (isFinished(state)) expect(state.timers.size).toBe(0);
    index = last.reduce(projectTimers, index);
    expect(index.map(({ timerId }) => timerId).sort()).toEqual([...state.timers.keys()].sort());
    item = last.reduce((known, event) => projectSagaListItem(known, stored(event)), item);
    expect(item?.status).toBe(describeSaga(state).status);
    for (const event of last) {
      for (const { intentKey, attempt } of event.type === 'CommandsIssued' ? event.data.commands : []) {
        const id = attemptMessageId(intentKey, attempt);
        expect(ids.has(id)).toBe(false);
        ids.add(id);
      }
    }
  };
}

/** Everything goes well for so many inputs. */
function goWell(scenario: SagaScenario): void {
  const [next] = describeSaga(scenario.saga).awaited;
  if (next === undefined) scenario.receives('OrderShipped', { orderId: 'o1' });
  else {
    const type = answers[next.step as keyof typeof answers][next.phase][0] ?? '';
    scenario.answers(next.step, type, next);
  }
}

describe('a saga, whatever comes', () => {
  it('never waits without a clock, is listed as it is, sends no message twice, and is done only when all is undone', () => {
    const seen = new Map<string, number>();
    const plans = fc.record({
      well: fc.oneof(fc.nat(5), fc.nat(20)),
      choices: fc.array(fc.record({ what: fc.nat(14), which: fc.nat(1_000) }), { minLength: 5, maxLength: 50 }),
    });
    fc.assert(
      fc.property(plans, ({ well, choices }) => {
        const scenario = sagaScenario(everything, { random: 0.5 }).receives('OrderSubmitted', submitted('o1', 'a'));
        const check = checker(scenario);
        check();
        const steps = [...Array.from({ length: well }, () => goWell), ...choices.map((choice) => happening(choice))];
        for (const step of steps) {
          const finished = isFinished(scenario.saga);
          step(scenario);
          check();
          if (finished) expect(scenario.last.every(({ type }) => type === 'InputIgnored')).toBe(true);
          const { refused: code } = scenario;
          if (code !== undefined) seen.set(code, (seen.get(code) ?? 0) + 1);
          for (const event of scenario.last) {
            const what = event.type === 'OperatorActed' ? event.data.action.action : event.type;
            seen.set(what, (seen.get(what) ?? 0) + 1);
          }
        }
        const { saga: state } = scenario;
        expect(format.fromJson(JSON.parse(JSON.stringify(format.toJson(state))) as never)).toEqual(state);
      }),
      { numRuns: 300, seed: 20_101_203 },
    );
    // A check that passes because nothing happened is a failure.
    const events = [
      'SagaCompleted',
      'SagaCompensated',
      'SagaParked',
      'SagaUnparked',
      'StepUnknown',
      'StepTimedOut',
      'PivotPassed',
    ];
    const actions = ['retry', 'skip', 'resolve', 'cancel', 'force-compensate', 'OperatorProposed', 'OperatorDeclined'];
    for (const what of [...events, ...actions, 'past-the-pivot', 'cannot-be-undone', 'saga-finished']) {
      expect({ what, often: (seen.get(what) ?? 0) > 1 }).toEqual({ what, often: true });
    }
  });
});
