import { orderEvents, paymentEvents } from '@daybook/contracts';
import { exponential } from '../definition/retry.ts';
import { saga } from '../definition/saga.ts';
import { sampleSaga, submitted } from '../testing/sample-saga.ts';
import { type SagaScenario, sagaScenario } from '../testing/scenario.ts';
import { decideOperator, proposalLapsesMs } from './operator.ts';
import { atStake } from './stakes.ts';

const begin = (...skus: string[]): SagaScenario =>
  sagaScenario(sampleSaga()).receives('OrderSubmitted', submitted('o1', ...skus));
const reserved = (): SagaScenario => begin('a').answers('reserve', 'StockReserved', { item: 'a' });
const shipped = (): SagaScenario => reserved().receives('OrderShipped', { orderId: 'o1' });
const refusal = { sku: 'a', reservationId: 'o1', orderId: 'o1', request: 'commit', code: 'unknown', message: 'no' };
const commitRefused = (): SagaScenario =>
  shipped().answers('commit', 'StockRequestRefused', { item: 'a', data: refusal });
/** Cancelled, and the release was never answered. */
const undoParked = (): SagaScenario =>
  reserved().receives('OrderCancelled', { orderId: 'o1' }).timePasses().timePasses();

/** One step that nothing undoes, asked for once. */
const tellSaga = saga('Tell', { version: 1 })
  .startedBy(orderEvents, 'OrderSubmitted', { key: 'orderId', context: ({ orderId }) => ({ orderId }) })
  .cancelledBy('OrderCancelled')
  .step('tell', {
    answers: orderEvents,
    command: ({ orderId }) => ({ hub: 'order-commands', target: `order-${orderId}`, type: 'ConfirmOrder', data: {} }),
    succeeded: ['OrderConfirmed'],
    retry: exponential(1, 1_000),
    nothingToUndo: 'it was said',
  })
  .pivot('ship', { awaits: 'OrderShipped' })
  .build();

const retry = exponential(1, 1_000);
const toPayment =
  (type: string) =>
  ({ orderId }: { readonly orderId: string }) => ({
    hub: 'payment-commands' as const,
    target: `payment-${orderId}`,
    type,
    data: { orderId },
  });
/** Holds money, and then tells. */
const heldSaga = saga('Held', { version: 1 })
  .startedBy(orderEvents, 'OrderSubmitted', { key: 'orderId', context: ({ orderId }) => ({ orderId }) })
  .step('hold', {
    answers: paymentEvents,
    command: toPayment('AuthorizePayment'),
    succeeded: ['PaymentAuthorized'],
    retry,
    stake: () => ({ money: { amount: 100, currency: 'GBP' } }),
    compensate: { command: toPayment('VoidPayment'), succeeded: ['PaymentVoided'], retry },
  })
  .step('tell', {
    answers: orderEvents,
    command: ({ orderId }) => ({ hub: 'order-commands', target: `order-${orderId}`, type: 'ConfirmOrder', data: {} }),
    succeeded: ['OrderConfirmed'],
    refused: { OrderRequestRefused: ({ code }) => ({ reason: code }) },
    retry,
    nothingToUndo: 'it was said',
  })
  .pivot('ship', { awaits: 'OrderShipped' })
  .build();

const types = (scenario: SagaScenario): string[] => scenario.last.map(({ type }) => type);
const evidence = 'counted by hand';

describe('retry', () => {
  it('asks anew, as another round, for what was refused', () => {
    const scenario = commitRefused().operator({ action: 'retry' });
    expect(types(scenario)).toEqual(['OperatorActed', 'SagaUnparked', 'CommandsIssued', 'TimerScheduled']);
    expect(scenario.commands.at(-1)).toMatchObject({ intentKey: 'Sample:o1/commit/a/do/1', round: 1, attempt: 1 });
    expect(scenario.answers('commit', 'StockCommitted', { item: 'a' }).saga.status).toBe('completed');
  });

  it('asks again under the same key for what nobody answered, since it may have been done', () => {
    const scenario = undoParked().operator({ action: 'retry' });
    expect(scenario.commands.at(-1)).toMatchObject({ intentKey: 'Sample:o1/reserve/a/undo/0', round: 0, attempt: 3 });
  });

  it('has all its attempts again, and parks when they are spent', () => {
    const scenario = undoParked().operator({ action: 'retry' }).timePasses();
    expect(scenario.commands.at(-1)).toMatchObject({ attempt: 4 });
    expect(types(scenario.timePasses())).toContain('SagaParked');
  });

  it('takes one item of many, and goes on in waves', () => {
    const skus = Array.from({ length: 120 }, (_, index) => `s${index}`);
    const scenario = begin(...skus).receives('OrderCancelled', { orderId: 'o1' });
    scenario.timePasses().timePasses();
    expect(scenario.operator({ action: 'retry', items: ['s3'] }).asked).toEqual(['ReleaseStock stock-s3']);
    expect(scenario.operator({ action: 'retry', items: ['s999'] }).refused).toBe('not-parked');
    scenario.answers('reserve', 'StockReservationReleased', { item: 's3', phase: 'undo' });
    expect(scenario.operator({ action: 'retry' }).asked).toHaveLength(49);
  });

  it('is refused where nothing is parked, and in a saga that is over', () => {
    expect(reserved().operator({ action: 'retry' }).refused).toBe('not-parked');
    const over = commitRefused().operator({ action: 'retry' }).answers('commit', 'StockCommitted', { item: 'a' });
    expect(over.operator({ action: 'retry' }).refused).toBe('saga-finished');
  });

  it('counts a late answer to an earlier attempt', () => {
    const scenario = undoParked().operator({ action: 'retry' });
    scenario.answers('reserve', 'StockReservationReleased', { item: 'a', phase: 'undo' });
    expect(scenario.saga.status).toBe('compensated');
  });
});

it('a late refusal of what is parked says that nothing is, before the saga turns round', () => {
  const late = sagaScenario(heldSaga).receives('OrderSubmitted', submitted('o1', 'a'));
  late.answers('hold', 'PaymentAuthorized', { data: { paymentId: 'o1', orderId: 'o1' } }).timePasses();
  expect(late.saga.parked.size).toBe(1);
  const data = { orderId: 'o1', request: 'confirm', code: 'order-rejected', message: 'no' };
  late.answers('tell', 'OrderRequestRefused', { data });
  expect(types(late).slice(0, 3)).toEqual(['StepRefused', 'SagaUnparked', 'CompensationStarted']);
  expect(types(late).filter((type) => type === 'SagaUnparked')).toHaveLength(1);
});

describe('skip', () => {
  it('declares a step done where its definition lets it be, with the evidence', () => {
    const scenario = undoParked().operator({ action: 'skip', evidence });
    expect(types(scenario)).toEqual(['OperatorActed', 'SagaUnparked', 'SagaCompensated']);
    expect(scenario.last[0]).toMatchObject({
      data: { actor: 'operator:ann', reason: 'because', action: { action: 'skip', items: ['a'], evidence } },
    });
  });

  it('is refused where it does not', () => {
    expect(commitRefused().operator({ action: 'skip', evidence }).refused).toBe('not-skippable');
  });

  it('makes a later answer mean nothing', () => {
    const scenario = begin('a', 'b').receives('OrderCancelled', { orderId: 'o1' });
    scenario.operator({ action: 'skip', items: ['a'], evidence });
    scenario.answers('reserve', 'StockReservationReleased', { item: 'a', phase: 'undo' });
    expect(types(scenario)).toEqual(['InputIgnored']);
  });
});

describe('resolve', () => {
  it('declares an unknown outcome to be a success', () => {
    const scenario = undoParked().operator({ action: 'resolve', outcome: 'succeeded', evidence });
    expect(scenario.saga.status).toBe('compensated');
  });

  it('declares it to be a failure: before the pivot the saga turns round, and what failed is undone too, for it may still come', () => {
    const scenario = begin('a', 'b').answers('reserve', 'StockReserved', { item: 'b' });
    scenario.operator({ action: 'resolve', outcome: 'failed', evidence });
    expect(scenario.asked).toEqual(['ReleaseStock stock-a', 'ReleaseStock stock-b']);
    expect(scenario.saga.cause).toMatchObject({ kind: 'refused', reason: 'resolved-as-failed', detail: evidence });
  });

  it('declares it to be a failure: elsewhere it waits for a retry under the same key, so that it is never done twice', () => {
    const scenario = undoParked().operator({ action: 'resolve', outcome: 'failed', evidence });
    expect([...scenario.saga.parked.values()]).toEqual([{ reason: 'resolved-as-failed', detail: evidence }]);
    expect(scenario.operator({ action: 'retry' }).commands.at(-1)).toMatchObject({ round: 0, attempt: 3 });
    const forward = shipped().timePasses().timePasses().operator({ action: 'resolve', outcome: 'failed', evidence });
    expect(forward.operator({ action: 'retry' }).commands.at(-1)).toMatchObject({
      intentKey: 'Sample:o1/commit/a/do/0',
    });
  });

  it('says that nothing is parked any more before the saga turns round', () => {
    const final = sagaScenario(tellSaga).receives('OrderSubmitted', submitted('o1', 'a')).timePasses();
    expect(final.saga.parked.size).toBe(1);
    final.operator({ action: 'resolve', outcome: 'failed', evidence });
    expect(types(final).slice(0, 3)).toEqual(['OperatorActed', 'SagaUnparked', 'CompensationStarted']);
    expect(final.saga.status).toBe('compensated');
  });

  it('is refused where the outcome is known', () => {
    expect(commitRefused().operator({ action: 'resolve', outcome: 'succeeded', evidence }).refused).toBe(
      'not-in-doubt',
    );
  });
});

describe('cancel and force-compensate', () => {
  it('turn the saga round before the pivot, and tell those concerned', () => {
    const scenario = reserved().operator({ action: 'cancel' });
    expect(scenario.asked).toEqual(['ReleaseStock stock-a']);
    scenario.answers('reserve', 'StockReservationReleased', { item: 'a', phase: 'undo' });
    expect(scenario.asked).toEqual(['RejectOrder order-o1']);
    expect(scenario.saga.cause).toMatchObject({ kind: 'operator', reason: 'cancelled-by-operator' });
    expect(reserved().operator({ action: 'force-compensate', evidence }).saga.status).toBe('compensating');
  });

  it("are refused, or taken at one's word, where a step that nothing undoes may have been done", () => {
    const asked = (): SagaScenario => sagaScenario(tellSaga).receives('OrderSubmitted', submitted('o1', 'a'));
    expect(asked().operator({ action: 'cancel' }).refused).toBe('cannot-be-undone');
    expect(asked().operator({ action: 'force-compensate', evidence }).saga.status).toBe('compensated');
  });

  it('are refused after the pivot, and once it has turned round', () => {
    expect(shipped().operator({ action: 'cancel' }).refused).toBe('past-the-pivot');
    expect(shipped().operator({ action: 'force-compensate', evidence }).refused).toBe('past-the-pivot');
    expect(undoParked().operator({ action: 'cancel' }).refused).toBe('already-compensating');
  });
});

describe('what moves money', () => {
  const two = { secondPerson: true };

  it('waits for somebody else, and then happens in the name of both', () => {
    const scenario = commitRefused().operator({ action: 'retry' }, two);
    expect(types(scenario)).toEqual(['OperatorProposed']);
    const proposalId = 'Sample:o1/proposal/1';
    expect(scenario.operator({ action: 'approve', proposalId }, two).refused).toBe('second-person-needed');
    scenario.operator({ action: 'approve', proposalId }, { ...two, actor: 'operator:bob' });
    expect(scenario.last[0]).toMatchObject({
      type: 'OperatorActed',
      data: { actor: 'operator:bob', proposedBy: 'operator:ann', proposalId },
    });
    expect(scenario.asked).toEqual(['CommitStock stock-a']);
    const again = scenario.operator({ action: 'approve', proposalId }, { ...two, actor: 'operator:bob' });
    expect(again.refused).toBe('proposal-unknown');
  });

  it('needs one person where no money is in it, or the setting is off', () => {
    expect(types(undoParked().operator({ action: 'retry' }, two))[0]).toBe('OperatorActed');
    expect(types(commitRefused().operator({ action: 'retry' }))[0]).toBe('OperatorActed');
  });

  it('waits for somebody else where a step without money of its own is declared to have failed while money is held', () => {
    const holding = sagaScenario(heldSaga).receives('OrderSubmitted', submitted('o1', 'a'));
    holding.answers('hold', 'PaymentAuthorized', { data: { paymentId: 'o1', orderId: 'o1' } });
    const request = { action: 'resolve', step: 'tell', evidence } as const;
    holding.operator({ ...request, outcome: 'failed' }, two);
    expect(types(holding)).toEqual(['OperatorProposed']);
    holding.operator({ action: 'approve', proposalId: 'Held:o1/proposal/1' }, { ...two, actor: 'operator:bob' });
    expect(holding.asked).toEqual(['VoidPayment payment-o1']);
  });

  it('is not carried out when it is declined, too late, or not possible any more', () => {
    const proposalId = 'Sample:o1/proposal/1';
    const bob = { ...two, actor: 'operator:bob' };
    const declined = commitRefused()
      .operator({ action: 'retry' }, two)
      .operator({ action: 'decline', proposalId }, bob);
    expect(declined.saga.proposals.size).toBe(0);
    expect(declined.operator({ action: 'approve', proposalId }, bob).refused).toBe('proposal-unknown');
    const late = commitRefused().operator({ action: 'retry' }, two);
    const command = { ...bob, reason: 'seen', expectedVersion: 1, random: 0, nowMs: late.nowMs + proposalLapsesMs + 1 };
    const decision = decideOperator(
      sampleSaga(),
      { ...command, request: { action: 'approve', proposalId } },
      late.saga,
    );
    expect(decision).toMatchObject({ refused: true, code: 'proposal-lapsed' });
    const overtaken = shipped().timePasses().timePasses().operator({ action: 'retry' }, two);
    overtaken.answers('commit', 'StockCommitted', { item: 'a' });
    expect(overtaken.operator({ action: 'approve', proposalId }, bob).refused).toBe('saga-finished');
  });
});

describe('what is at stake', () => {
  const at = ({ saga }: SagaScenario) => atStake(sampleSaga(), saga);

  it('is what was asked for and not confirmed to be undone', () => {
    const scenario = begin('a', 'b');
    expect(at(scenario)).toEqual({ money: [], pieces: 2 });
    scenario.receives('OrderCancelled', { orderId: 'o1' });
    scenario.answers('reserve', 'StockReservationReleased', { item: 'a', phase: 'undo' });
    expect(at(scenario)).toEqual({ money: [], pieces: 1 });
  });

  it('is what is still to be done after the pivot, and nothing in the end', () => {
    expect(at(commitRefused())).toEqual({ money: [{ currency: 'GBP', amount: 100 }], pieces: 1 });
    expect(at(shipped().answers('commit', 'StockCommitted', { item: 'a' }))).toEqual({ money: [], pieces: 0 });
  });
});
