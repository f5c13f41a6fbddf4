import type { SagaDefinition } from '@daybook/saga';
import { type RecordedStep, sagaScenario, type SagaScenario } from '@daybook/saga/testing';

/** A history as it was recorded, once and for good. */
export interface RecordedHistory {
  readonly type: string;
  readonly version: number;
  readonly steps: readonly RecordedStep[];
}

type Path = (scenario: SagaScenario) => SagaScenario;

const lines = [
  { sku: '85123A', quantity: 3, unitPrice: 255 },
  { sku: '22423', quantity: 1, unitPrice: 1_275 },
  { sku: 'POST', quantity: 1, unitPrice: 300 },
];
const order = { orderId: 'o1', customerId: 'c1', currency: 'GBP', lines, total: 2_340, payment: { token: 'tok' } };
const payment = { paymentId: 'o1', orderId: 'o1' };
const skus = ['85123A', '22423'];

const each =
  (step: string, type: string, phase: 'do' | 'undo' = 'do'): Path =>
  (scenario) =>
    skus.reduce((before, item) => before.answers(step, type, { item, phase }), scenario);
const reserved: Path = (scenario) => each('reserve', 'StockReserved')(scenario.receives('OrderSubmitted', order));
const authorized: Path = (scenario) => reserved(scenario).answers('authorize', 'PaymentAuthorized', { outcome: true });
const shipped: Path = (scenario) =>
  authorized(scenario).answers('confirm', 'OrderConfirmed').receives('OrderShipped', { orderId: 'o1' });
const undone: Path = (scenario) => {
  scenario.answers('authorize', 'PaymentVoided', { phase: 'undo', outcome: true });
  return each('reserve', 'StockReservationReleased', 'undo')(scenario);
};

const fulfilOrder: Readonly<Record<string, Path>> = {
  fulfilled: (scenario) =>
    each('commit', 'StockCommitted')(shipped(scenario)).answers('capture', 'PaymentCaptured', { outcome: true }),
  'out-of-stock': (scenario) => {
    const data = {
      reservationId: 'o1',
      orderId: 'o1',
      sku: '22423',
      quantity: 1,
      available: 0,
      code: 'insufficient-stock',
    };
    scenario.receives('OrderSubmitted', order).answers('reserve', 'StockReserved', { item: '85123A' });
    scenario.answers('reserve', 'StockReservationRejected', { item: '22423', data });
    scenario.answers('reserve', 'StockReservationReleased', { item: '85123A', phase: 'undo' });
    return scenario.answers('reject', 'OrderRejected');
  },
  'cancelled-late': (scenario) => {
    authorized(scenario).answers('confirm', 'OrderConfirmed').receives('OrderCancelled', { orderId: 'o1' });
    return undone(scenario.receives('OrderShipped', { orderId: 'o1' }));
  },
  unresolved: (scenario) => {
    const data = { ...payment, message: 'No answer within 3000 ms.' };
    reserved(scenario).answers('authorize', 'PaymentAuthorizationUnknown', { data, outcome: true });
    while (scenario.saga.status === 'running') {
      const again = { eventId: 'e', type: 'PaymentAuthorizationUnknown', data };
      scenario.timePasses().answers('authorize', 'OutcomeRepeated', { data: again });
    }
    return undone(scenario).answers('reject', 'OrderRejected');
  },
  'nobody-answers': (scenario) => {
    scenario.receives('OrderSubmitted', order);
    for (let time = 0; time < 40 && scenario.saga.parked.size === 0; time += 1) scenario.timePasses();
    each('reserve', 'StockReservationReleased', 'undo')(scenario.operator({ action: 'retry' }));
    return scenario.answers('reject', 'OrderRejected');
  },
};

const returned = {
  ...{ orderId: 'o1', returnId: 'o1.r1', refund: 765, currency: 'GBP', reason: 'broken' },
  lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
};
const notYet = { ...payment, request: 'refund', refundId: 'o1.r1', code: 'not-captured-yet', message: 'under way' };

const returnOrder: Readonly<Record<string, Path>> = {
  returned: (scenario) => {
    scenario.receives('OrderReturnRequested', returned).answers('refund', 'PaymentRequestRefused', { data: notYet });
    each('restock', 'StockRestocked')(scenario).timePasses();
    return scenario.answers('refund', 'PaymentRefunded').answers('complete', 'OrderReturnCompleted');
  },
};

const paths: Readonly<Record<string, Readonly<Record<string, Path>>>> = {
  FulfilOrder: fulfilOrder,
  ReturnOrder: returnOrder,
};

/** A history for each path through a definition, with the name of the file that keeps it. */
export function recordHistories(definition: SagaDefinition): readonly { name: string; history: RecordedHistory }[] {
  const { type, version } = definition;
  return Object.entries(paths[type] ?? {}).map(([name, path]) => ({
    name: `${type}.v${version}.${name}.json`,
    history: { type, version, steps: path(sagaScenario(definition, { random: 0.5 })).history },
  }));
}
