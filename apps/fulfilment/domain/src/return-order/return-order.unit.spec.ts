import { exponential } from '@daybook/saga';
import { sagaScenario, type SagaScenario } from '@daybook/saga/testing';
import { returnOrder } from './return-order.ts';

const timing = { forward: exponential(3, 1_000), undo: exponential(2, 1_000), afterPivot: exponential(3, 1_000) };
const requested = {
  orderId: 'o1',
  returnId: 'o1.r1',
  lines: [
    { sku: '85123A', quantity: 2 },
    { sku: '22423', quantity: 1 },
    { sku: 'POST', quantity: 1 },
  ],
  refund: 300,
  currency: 'GBP',
  reason: 'broken',
};

const begin = (changes: Partial<typeof requested> = {}): SagaScenario =>
  sagaScenario(returnOrder(timing)).receives('OrderReturnRequested', { ...requested, ...changes });
const restocked = (scenario: SagaScenario): SagaScenario =>
  scenario
    .answers('restock', 'StockRestocked', { item: '85123A' })
    .answers('restock', 'StockRestocked', { item: '22423' });
const notCapturedYet = {
  paymentId: 'o1',
  orderId: 'o1',
  request: 'refund',
  refundId: 'o1.r1',
  code: 'not-captured-yet',
  message: 'capture is under way',
};

describe('ReturnOrder', () => {
  it('restocks and refunds together, and then completes the return', () => {
    const scenario = begin();
    expect(scenario.saga).toMatchObject({ sagaId: 'ReturnOrder:o1.r1', pivotPassed: true });
    expect(scenario.asked).toEqual([
      'RestockReturn stock-85123A',
      'RestockReturn stock-22423',
      'RefundPayment payment-o1',
    ]);
    expect(scenario.commands.at(-1)?.data).toMatchObject({ refundId: 'o1.r1', amount: 300, reason: 'broken' });
    restocked(scenario).answers('refund', 'PaymentRefunded', { outcome: true });
    expect(scenario.asked).toEqual(['CompleteReturn order-o1']);
    expect(scenario.commands.at(-1)?.data).toEqual({ orderId: 'o1', returnId: 'o1.r1', refunded: 300 });
    expect(scenario.answers('complete', 'OrderReturnCompleted').saga.status).toBe('completed');
  });

  it('skips a refund of nothing', () => {
    expect(restocked(begin({ refund: 0 })).asked).toEqual(['CompleteReturn order-o1']);
  });

  it('restocks no services', () => {
    expect(begin({ lines: [{ sku: 'POST', quantity: 1 }] }).asked).toEqual(['RefundPayment payment-o1']);
  });

  it('asks for a refund anew, as another round, while the capture is under way', () => {
    const scenario = restocked(begin()).answers('refund', 'PaymentRequestRefused', { data: notCapturedYet });
    expect(scenario.timers).toMatchObject([{ purpose: 'pause', step: 'refund' }]);
    scenario.timePasses();
    expect(scenario.commands.at(-1)).toMatchObject({ type: 'RefundPayment', round: 1, attempt: 1 });
    scenario.answers('refund', 'PaymentRefunded', { round: 0 });
    expect(scenario.last).toMatchObject([{ type: 'InputIgnored', data: { reason: 'not-awaited' } }]);
    scenario.answers('refund', 'PaymentRefunded', { round: 1 });
    expect(scenario.asked).toEqual(['CompleteReturn order-o1']);
  });

  it('pauses longer each time, and parks when its attempts are spent', () => {
    const scenario = begin({ lines: [{ sku: 'POST', quantity: 1 }] });
    const pauses: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      scenario.answers('refund', 'PaymentRequestRefused', { data: notCapturedYet, round });
      const [timer] = scenario.timers;
      if (timer === undefined) break;
      pauses.push(Date.parse(timer.dueAt) - scenario.nowMs);
      scenario.timePasses();
    }
    expect(pauses).toEqual([500, 1_000]);
    expect(scenario.last).toContainEqual(expect.objectContaining({ type: 'SagaParked' }));
    expect(scenario.asked).toEqual([]);
  });

  it('is helped on by an operator: it cannot turn round, but a refund that is refused is tried anew or declared done', () => {
    const data = { ...notCapturedYet, code: 'provider-refused', message: 'no' };
    const parked = (): SagaScenario => restocked(begin()).answers('refund', 'PaymentRequestRefused', { data });
    expect(parked().operator({ action: 'cancel' }).refused).toBe('past-the-pivot');
    expect(parked().operator({ action: 'retry' }).commands.at(-1)).toMatchObject({ type: 'RefundPayment', round: 1 });
    const two = { secondPerson: true };
    const proposed = parked().operator({ action: 'skip', evidence: 'cash at the desk, receipt 12' }, two);
    expect(proposed.asked).toEqual([]);
    const proposalId = 'ReturnOrder:o1.r1/proposal/1';
    proposed.operator({ action: 'approve', proposalId }, { ...two, actor: 'operator:bob' });
    expect(proposed.asked).toEqual(['CompleteReturn order-o1']);
  });

  it('does not complete the return while anything of it is open, and never turns round', () => {
    const scenario = begin().answers('refund', 'PaymentRefunded');
    for (let time = 0; time < 5 && scenario.timers.length > 0; time += 1) scenario.timePasses();
    expect(scenario.saga.parked.size).toBe(1);
    expect(restocked(scenario).last.map((event) => event.type)).toEqual([
      'StepSucceeded',
      'SagaUnparked',
      'StepEntered',
      'CommandsIssued',
      'TimerScheduled',
    ]);
  });
});
