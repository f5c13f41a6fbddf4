import { attemptMessageId, orderCommands, paymentCommands, stockCommands } from '@daybook/contracts';
import type { IssuedCommand } from '@daybook/saga';
import { sagaScenario, type SagaScenario } from '@daybook/saga/testing';
import { fulfilOrder } from './fulfil-order/fulfil-order.ts';
import { returnOrder } from './return-order/return-order.ts';

const commandsOf = {
  'order-commands': { prefix: 'order-', schemas: orderCommands },
  'inventory-commands': { prefix: 'stock-', schemas: stockCommands },
  'payment-commands': { prefix: 'payment-', schemas: paymentCommands },
} as const;

/** Answers everything with `types` until nothing is asked any more, the signals at the end of their turn. */
function runThrough(
  scenario: SagaScenario,
  types: Readonly<Record<string, string>>,
  signals: readonly string[],
): SagaScenario {
  const answered = new Set<string>();
  const left = [...signals];
  for (;;) {
    const next = scenario.commands.find((command) => !answered.has(messageIdOf(command)));
    const signal = next === undefined ? left.shift() : undefined;
    if (signal !== undefined) scenario.receives(signal, { orderId: 'o1' });
    else if (next === undefined) {
      const probe = scenario.timers.find(({ purpose }) => purpose === 'probe');
      if (probe === undefined) return scenario;
      scenario.timePasses(probe.timerId);
    } else {
      answered.add(messageIdOf(next));
      const [, step = '', , phase] = next.intentKey.split('/');
      scenario.answers(step, types[next.type] ?? 'unexpected', {
        item: next.item,
        phase: phase === 'undo' ? 'undo' : 'do',
        data: unknownData,
      });
    }
  }
}

const messageIdOf = ({ intentKey, attempt }: IssuedCommand): string => attemptMessageId(intentKey, attempt);

const answers = {
  ReserveStock: 'StockReserved',
  ReleaseStock: 'StockReservationReleased',
  CommitStock: 'StockCommitted',
  RestockReturn: 'StockRestocked',
  AuthorizePayment: 'PaymentAuthorized',
  VoidPayment: 'PaymentVoided',
  CapturePayment: 'PaymentCaptured',
  RefundPayment: 'PaymentRefunded',
  ConfirmOrder: 'OrderConfirmed',
  RejectOrder: 'OrderRejected',
  CompleteReturn: 'OrderReturnCompleted',
};
/** Only read where the outcome is unknown. */
const unknownData = { paymentId: 'o1', orderId: 'o1', message: 'no answer' };
const lines = [
  { sku: 'POST', quantity: 1, unitPrice: 5 },
  { sku: '85123A', quantity: 2, unitPrice: 5 },
];
const ordered = { orderId: 'o1', customerId: 'c1', currency: 'GBP', total: 15, payment: { token: 'tok' }, lines };
const returned = {
  ...{ orderId: 'o1', returnId: 'o1.r1', refund: 15, currency: 'GBP', reason: 'broken' },
  lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
};
const fulfil = (): SagaScenario => sagaScenario(fulfilOrder()).receives('OrderSubmitted', ordered);
const giveBack = (): SagaScenario => sagaScenario(returnOrder()).receives('OrderReturnRequested', returned);

describe('the commands of the sagas', () => {
  it.each<[string, SagaScenario, string]>([
    ['fulfilled', runThrough(fulfil(), answers, ['OrderShipped']), 'completed'],
    ['cancelled', runThrough(fulfil(), answers, ['OrderCancelled']), 'compensated'],
    [
      'declined',
      runThrough(fulfil(), { ...answers, AuthorizePayment: 'PaymentAuthorizationUnknown' }, []),
      'compensated',
    ],
    ['returned', runThrough(giveBack(), answers, []), 'completed'],
  ])('fit the contracts, and their hubs, when an order is %s', (_, { commands, saga }, status) => {
    expect(saga.status).toBe(status);
    for (const { hub, type, target, data } of commands) {
      const { prefix, schemas } = commandsOf[hub as keyof typeof commandsOf];
      expect(Object.keys(schemas)).toContain(type);
      expect(target.startsWith(prefix)).toBe(true);
      expect((schemas as Record<string, { parse(data: unknown): unknown }>)[type]?.parse(data)).toEqual(data);
    }
  });
});
