import { sagaScenario, type SagaScenario } from '@daybook/saga/testing';
import { exponential } from '@daybook/saga';
import { fulfilOrder } from './fulfil-order.ts';

const timing = { forward: exponential(3, 1_000), undo: exponential(2, 1_000), afterPivot: exponential(2, 1_000) };
const a = '85123A';
const b = '22423';

const submitted = (lines: readonly { sku: string; quantity: number }[]) => ({
  orderId: 'o1',
  customerId: 'c1',
  currency: 'GBP',
  lines: lines.map((line) => ({ ...line, unitPrice: 100 })),
  total: 500,
  payment: { token: 'tok_approve' },
});
const twoSkus = [
  { sku: a, quantity: 2 },
  { sku: b, quantity: 1 },
  { sku: a, quantity: 1 },
  { sku: 'POST', quantity: 1 },
];
const order = { orderId: 'o1' };

const begin = (): SagaScenario => sagaScenario(fulfilOrder(timing)).receives('OrderSubmitted', submitted(twoSkus));
const reserved = (): SagaScenario =>
  begin().answers('reserve', 'StockReserved', { item: a }).answers('reserve', 'StockReserved', { item: b });
const authorized = (): SagaScenario => reserved().answers('authorize', 'PaymentAuthorized', { outcome: true });
const confirmed = (): SagaScenario => authorized().answers('confirm', 'OrderConfirmed');
const shipped = (): SagaScenario => confirmed().receives('OrderShipped', order);

const types = (scenario: SagaScenario): string[] => scenario.last.map((event) => event.type);
const ignored = (scenario: SagaScenario): unknown => scenario.last.map((event) => event.data);
const rejected = { sku: b, reservationId: 'o1', orderId: 'o1', quantity: 1, available: 0, code: 'insufficient-stock' };
const payment = { paymentId: 'o1', orderId: 'o1' };

/** Nobody knows whether it is authorized, and nobody finds out until the horizon is over. */
const unresolved = (): SagaScenario => {
  const data = { ...payment, message: 'no answer' };
  const scenario = reserved().answers('authorize', 'PaymentAuthorizationUnknown', { data, outcome: true });
  while (scenario.saga.status === 'running') {
    scenario.timePasses();
    const again = { eventId: 'e', type: 'PaymentAuthorizationUnknown', data };
    scenario.answers('authorize', 'OutcomeRepeated', { data: again });
  }
  return scenario;
};

const release = (scenario: SagaScenario, ...skus: string[]): SagaScenario =>
  skus.reduce((s, item) => s.answers('reserve', 'StockReservationReleased', { item, phase: 'undo' }), scenario);
const voided = (scenario: SagaScenario): SagaScenario =>
  scenario.answers('authorize', 'PaymentVoided', { phase: 'undo', outcome: true });

describe('FulfilOrder, the way forward', () => {
  it('reserves every stocked SKU at once, with the sum of its lines', () => {
    const scenario = begin();
    expect(scenario.asked).toEqual([`ReserveStock stock-${a}`, `ReserveStock stock-${b}`]);
    expect(scenario.commands[0]?.data).toEqual({ sku: a, reservationId: 'o1', orderId: 'o1', quantity: 3 });
    expect(scenario.commands[0]?.intentKey).toBe(`FulfilOrder:o1/reserve/${a}/do/0`);
  });

  it('authorizes the total once everything is reserved', () => {
    const scenario = reserved();
    expect(scenario.asked).toEqual(['AuthorizePayment payment-o1']);
    expect(scenario.commands.at(-1)?.data).toEqual({ ...payment, amount: 500, currency: 'GBP', token: 'tok_approve' });
  });

  it('confirms, and waits for shipping without a timer', () => {
    expect(authorized().asked).toEqual(['ConfirmOrder order-o1']);
    expect(confirmed().timers).toEqual([]);
    expect(confirmed().saga.status).toBe('running');
  });

  it('captures and commits together once it is shipped, and is completed', () => {
    const scenario = shipped();
    expect(scenario.asked).toEqual(['CapturePayment payment-o1', `CommitStock stock-${a}`, `CommitStock stock-${b}`]);
    scenario.answers('commit', 'StockCommitted', { item: b }).answers('capture', 'PaymentCaptured', { outcome: true });
    expect(scenario.saga.status).toBe('running');
    scenario.answers('commit', 'StockCommitted', { item: a });
    expect(scenario.saga.status).toBe('completed');
    expect(scenario.timers).toEqual([]);
  });

  it('reserves nothing for an order of services, and authorizes even nothing', () => {
    const data = { ...submitted([{ sku: 'POST', quantity: 1 }]), total: 0 };
    const scenario = sagaScenario(fulfilOrder(timing)).receives('OrderSubmitted', data);
    expect(scenario.asked).toEqual(['AuthorizePayment payment-o1']);
    scenario
      .answers('authorize', 'PaymentAuthorized')
      .answers('confirm', 'OrderConfirmed')
      .receives('OrderShipped', order);
    expect(scenario.asked).toEqual(['CapturePayment payment-o1']);
  });

  it('records nothing for the news that a payment has been requested', () => {
    expect(types(reserved().answers('authorize', 'PaymentAuthorizationRequested'))).toEqual([]);
  });

  it('remembers that the order was shipped when the confirmation got lost on its way', () => {
    const scenario = authorized().receives('OrderShipped', order);
    expect(types(scenario)).toEqual(['SignalReceived']);
    scenario.receives('OrderCancelled', order);
    expect(ignored(scenario)).toEqual([{ reason: 'past-the-pivot', input: 'OrderCancelled' }]);
    scenario.answers('confirm', 'OutcomeRepeated', { data: { eventId: 'e', type: 'OrderConfirmed', data: order } });
    expect(scenario.asked).toContain('CapturePayment payment-o1');
  });
});

describe('FulfilOrder, the way back', () => {
  it('releases what was reserved or may be, but not what was refused, when one of many is out of stock', () => {
    const scenario = begin().answers('reserve', 'StockReservationRejected', { item: b, data: rejected });
    expect(scenario.saga.status).toBe('compensating');
    expect(scenario.asked).toEqual([`ReleaseStock stock-${a}`]);
    release(scenario, a);
    expect(scenario.asked).toEqual(['RejectOrder order-o1']);
    expect(scenario.commands.at(-1)?.data).toEqual({
      orderId: 'o1',
      reason: 'out-of-stock',
      detail: `${b}: 1 ordered, 0 available`,
    });
    expect(scenario.saga.status).toBe('compensating');
    scenario.answers('reject', 'OrderRejected');
    expect(scenario.saga.status).toBe('compensated');
    expect(scenario.timers).toEqual([]);
  });

  it('rejects at once where nothing was reserved', () => {
    const scenario = sagaScenario(fulfilOrder(timing)).receives('OrderSubmitted', submitted([{ sku: b, quantity: 1 }]));
    expect(scenario.answers('reserve', 'StockReservationRejected', { item: b, data: rejected }).asked).toEqual([
      'RejectOrder order-o1',
    ]);
  });

  it('releases all when payment is declined: nothing is to be voided', () => {
    const data = { ...payment, code: 'card-declined', message: 'no' };
    const scenario = reserved().answers('authorize', 'PaymentDeclined', { data, outcome: true });
    expect(scenario.asked).toEqual([`ReleaseStock stock-${a}`, `ReleaseStock stock-${b}`]);
    release(scenario, a, b);
    expect(scenario.commands.at(-1)?.data).toMatchObject({ reason: 'payment-declined' });
  });

  it('voids an authorization in doubt first, then releases, then rejects', () => {
    const scenario = unresolved();
    expect(scenario.asked).toEqual(['VoidPayment payment-o1']);
    expect(types(scenario.answers('authorize', 'PaymentVoidRequested', { phase: 'undo' }))).toEqual([]);
    expect(voided(scenario).asked).toEqual([`ReleaseStock stock-${a}`, `ReleaseStock stock-${b}`]);
    release(scenario, b, a);
    expect(scenario.commands.at(-1)?.data).toMatchObject({ reason: 'payment-unresolved' });
  });

  it('goes on when a probe finds out that it is authorized after all', () => {
    const data = { ...payment, message: 'no answer' };
    const scenario = reserved().answers('authorize', 'PaymentAuthorizationUnknown', { data, outcome: true });
    expect(scenario.timePasses().asked).toEqual(['AuthorizePayment payment-o1']);
    const found = { eventId: 'e', type: 'PaymentAuthorized', data: payment };
    expect(scenario.answers('authorize', 'OutcomeRepeated', { data: found }).asked).toEqual(['ConfirmOrder order-o1']);
  });

  it('is voided at once in version 1, which does not probe', () => {
    const first = sagaScenario(fulfilOrder(timing, 1)).receives('OrderSubmitted', submitted(twoSkus));
    first.answers('reserve', 'StockReserved', { item: a }).answers('reserve', 'StockReserved', { item: b });
    const data = { ...payment, message: 'no answer' };
    first.answers('authorize', 'PaymentAuthorizationUnknown', { data, outcome: true });
    expect(first.asked).toEqual(['VoidPayment payment-o1']);
  });

  it.each([
    ['while reserving', begin, [`ReleaseStock stock-${a}`, `ReleaseStock stock-${b}`]],
    ['while authorizing', reserved, ['VoidPayment payment-o1']],
    ['while confirming', authorized, ['VoidPayment payment-o1']],
    ['before it is shipped', confirmed, ['VoidPayment payment-o1']],
  ])('undoes everything when cancelled %s, and does not reject', (_, given, first) => {
    const scenario = given().receives('OrderCancelled', order);
    expect(scenario.asked).toEqual(first);
    if (first[0] === 'VoidPayment payment-o1') voided(scenario);
    release(scenario, a, b);
    expect(scenario.saga).toMatchObject({ status: 'compensated', cause: { kind: 'cancelled' } });
    expect(scenario.commands.some(({ type }) => type === 'RejectOrder')).toBe(false);
  });

  it('turns round when the order refuses to be confirmed because it was cancelled, and rejects nothing', () => {
    const data = { ...order, request: 'confirm', code: 'order-cancelled', message: 'too late' };
    const scenario = authorized().answers('confirm', 'OrderRequestRefused', { data });
    expect(scenario.asked).toEqual(['VoidPayment payment-o1']);
    scenario.receives('OrderCancelled', order);
    expect(ignored(scenario)).toEqual([{ reason: 'already-compensating', input: 'OrderCancelled' }]);
    release(voided(scenario), a, b);
    expect(scenario.saga.status).toBe('compensated');
    expect(scenario.commands.some(({ type }) => type === 'RejectOrder')).toBe(false);
  });

  it('is compensated all the same when the customer cancels before the rejection', () => {
    const scenario = begin().answers('reserve', 'StockReservationRejected', { item: b, data: rejected });
    release(scenario.receives('OrderCancelled', order), a).answers('reject', 'OrderRequestRefused');
    expect(scenario.saga).toMatchObject({ status: 'compensated', cause: { reason: 'out-of-stock' } });
  });

  it('ignores a cancellation after the pivot', () => {
    const scenario = shipped().receives('OrderCancelled', order);
    expect(ignored(scenario)).toEqual([{ reason: 'past-the-pivot', input: 'OrderCancelled' }]);
  });
});

describe('FulfilOrder, too late', () => {
  const overdue = (scenario: SagaScenario): SagaScenario => scenario.timePasses('FulfilOrder:o1/timer/1');

  it('is undone when it is not confirmed within two hours', () => {
    const scenario = overdue(reserved());
    release(voided(scenario), a, b);
    expect(scenario.commands.at(-1)?.data).toMatchObject({ reason: 'timed-out' });
    expect(scenario.answers('reject', 'OrderRejected').saga.status).toBe('compensated');
  });

  it.each([
    ['may be confirmed', authorized],
    ['is confirmed', confirmed],
  ])('is never undone for that once the order %s', (_, given) => {
    expect(overdue(given()).saga.status).toBe('running');
  });
});

describe('FulfilOrder, with an operator', () => {
  it('is cancelled before it is confirmed, and the order is told', () => {
    const scenario = reserved().operator({ action: 'cancel' });
    release(voided(scenario), a, b);
    expect(scenario.commands.at(-1)).toMatchObject({ type: 'RejectOrder', data: { reason: 'cancelled-by-operator' } });
    expect(scenario.answers('reject', 'OrderRejected').saga.status).toBe('compensated');
  });

  it('is not cancelled once the order may be confirmed: there the order decides; nor after the pivot', () => {
    expect(authorized().operator({ action: 'cancel' }).refused).toBe('cannot-be-undone');
    expect(confirmed().operator({ action: 'cancel' }).refused).toBe('cannot-be-undone');
    expect(shipped().operator({ action: 'cancel' }).refused).toBe('past-the-pivot');
  });

  it('is turned round by force where the order is over and its event never came', () => {
    const evidence = 'order o1 is cancelled since version 4; its message was discarded';
    const scenario = confirmed().operator({ action: 'force-compensate', evidence });
    release(voided(scenario), a, b);
    scenario.answers('reject', 'OrderRequestRefused');
    expect(scenario.saga).toMatchObject({ status: 'compensated', cause: { reason: 'forced-by-operator' } });
  });

  it('is helped over a capture that is refused: tried anew, or declared done', () => {
    const data = { ...payment, request: 'capture', code: 'authorization-expired', message: 'too late' };
    const parked = (): SagaScenario => {
      const scenario = shipped().answers('commit', 'StockCommitted', { item: a });
      scenario.answers('commit', 'StockCommitted', { item: b });
      return scenario.answers('capture', 'PaymentRequestRefused', { data, outcome: true });
    };
    const retried = parked().operator({ action: 'retry' });
    expect(retried.commands.at(-1)).toMatchObject({ intentKey: 'FulfilOrder:o1/capture/-/do/1' });
    expect(retried.answers('capture', 'PaymentCaptured', { outcome: true }).saga.status).toBe('completed');
    const skipped = parked().operator({ action: 'skip', evidence: 'bank transfer 4711' });
    expect(skipped.saga.status).toBe('completed');
  });
});

describe('FulfilOrder, when nobody answers', () => {
  it('asks again what is not answered, only that, and with the same intent', () => {
    const scenario = begin().answers('reserve', 'StockReserved', { item: a }).timePasses();
    expect(scenario.asked).toEqual([`ReserveStock stock-${b}`]);
    expect(scenario.commands.at(-1)).toMatchObject({
      attempt: 2,
      round: 0,
      intentKey: `FulfilOrder:o1/reserve/${b}/do/0`,
    });
  });

  it('gives up after its attempts, and undoes the step in doubt too', () => {
    const scenario = begin().answers('reserve', 'StockReserved', { item: a }).timePasses().timePasses().timePasses();
    expect(types(scenario)).toContain('StepTimedOut');
    expect(scenario.asked).toEqual([`ReleaseStock stock-${a}`, `ReleaseStock stock-${b}`]);
    release(scenario, a, b);
    expect(scenario.commands.at(-1)?.data).toMatchObject({ reason: 'timed-out' });
    scenario.answers('reject', 'OrderRejected');
    expect(scenario.saga.status).toBe('compensated');
    expect(scenario.timers).toEqual([]);
  });

  it('ignores an answer that comes after it gave up: the undo covers it', () => {
    const scenario = begin().timePasses().timePasses().timePasses().answers('reserve', 'StockReserved', { item: a });
    expect(ignored(scenario)).toEqual([{ reason: 'not-awaited', input: 'StockReserved' }]);
  });

  it('never gives up confirming, for the order may have been confirmed: it parks, and a late answer takes it on', () => {
    const scenario = authorized().timePasses().timePasses().timePasses();
    expect(types(scenario)).toEqual(['TimerFired', 'SagaParked']);
    expect(scenario.saga.status).toBe('running');
    scenario.answers('confirm', 'OrderConfirmed');
    expect(types(scenario)).toEqual(['StepSucceeded', 'SagaUnparked', 'StepEntered']);
  });

  it('can be cancelled while it is parked', () => {
    const scenario = authorized().timePasses().timePasses().timePasses().receives('OrderCancelled', order);
    expect(types(scenario).slice(0, 2)).toEqual(['SagaUnparked', 'CompensationStarted']);
    release(voided(scenario), a, b);
    expect(scenario.saga.status).toBe('compensated');
  });

  it('parks an undo that is not confirmed, goes on with the others, and is compensated only by the late answer', () => {
    const scenario = confirmed().receives('OrderCancelled', order).timePasses().timePasses();
    expect(types(scenario)).toContain('SagaParked');
    expect(scenario.asked).toEqual([`ReleaseStock stock-${a}`, `ReleaseStock stock-${b}`]);
    release(scenario, a, b);
    expect(scenario.saga.status).toBe('compensating');
    voided(scenario);
    expect(types(scenario)).toEqual(['StepSucceeded', 'SagaUnparked', 'SagaCompensated']);
  });

  it('parks a capture that is refused, and commits the stock all the same', () => {
    const data = { ...payment, request: 'capture', code: 'authorization-expired', message: 'too late' };
    const scenario = shipped().answers('capture', 'PaymentRequestRefused', { data, outcome: true });
    expect(scenario.last).toContainEqual(
      expect.objectContaining({
        type: 'SagaParked',
        data: expect.objectContaining({ reason: 'authorization-expired' }),
      }),
    );
    scenario.answers('commit', 'StockCommitted', { item: a }).answers('commit', 'StockCommitted', { item: b });
    expect(scenario.saga.status).toBe('running');
    expect(scenario.timers).toEqual([]);
  });

  it('ignores a timer that is no longer current, and everything once it is finished', () => {
    const scenario = begin();
    const [first] = scenario.timers;
    scenario.answers('reserve', 'StockReserved', { item: a }).answers('reserve', 'StockReserved', { item: b });
    expect(types(scenario)).toContain('TimersCancelled');
    scenario.timePasses(first?.timerId ?? '');
    expect(ignored(scenario)).toEqual([{ reason: 'timer-not-current', input: first?.timerId }]);

    release(voided(scenario.receives('OrderCancelled', order)), a, b);
    scenario.receives('OrderShipped', order);
    expect(ignored(scenario)).toEqual([{ reason: 'saga-finished', input: 'OrderShipped' }]);
    scenario.answers('authorize', 'PaymentAuthorized');
    expect(ignored(scenario)).toEqual([{ reason: 'saga-finished', input: 'PaymentAuthorized' }]);
  });
});

describe('FulfilOrder, large orders', () => {
  const lines = Array.from({ length: 120 }, (_, index) => ({ sku: `${10_000 + index}`, quantity: 1 }));

  it('asks in waves of 50, each after the one before is answered', () => {
    const scenario = sagaScenario(fulfilOrder(timing)).receives('OrderSubmitted', submitted(lines));
    const sizes: number[] = [];
    for (let wave = scenario.asked; wave[0]?.startsWith('ReserveStock') === true; wave = scenario.asked) {
      sizes.push(wave.length);
      expect(scenario.timers.map(({ purpose }) => purpose)).toEqual(['timeout', 'deadline']);
      for (const command of scenario.commands.slice(-wave.length))
        scenario.answers('reserve', 'StockReserved', { item: command.item });
    }
    expect(sizes).toEqual([50, 50, 20]);
    expect(scenario.asked).toEqual(['AuthorizePayment payment-o1']);
  });

  it('undoes only what was asked for', () => {
    const scenario = sagaScenario(fulfilOrder(timing)).receives('OrderSubmitted', submitted(lines));
    const data = { ...rejected, sku: '10003' };
    scenario.answers('reserve', 'StockReservationRejected', { item: '10003', data });
    expect(scenario.asked).toHaveLength(49);
    expect(scenario.asked).not.toContain('ReleaseStock stock-10003');
  });
});
