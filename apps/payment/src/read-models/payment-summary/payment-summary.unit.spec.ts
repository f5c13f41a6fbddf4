import {
  evolve,
  initialPayment,
  paymentDecider,
  type PaymentCommand,
  type PaymentEvent,
} from '@daybook/payment-domain';
import { isRefusal } from '@daybook/ports';
import fc from 'fast-check';
import { authorizeWith, capturePayment, refundPayment, voidPayment } from '../../test-support/payment-service.ts';
import { paymentView, projectPaymentSummary, type PaymentSummary } from './payment-summary.ts';

const result = fc.constantFrom(
  { kind: 'done', providerReference: 'ref' } as const,
  { kind: 'refused', code: 'no', message: 'No.' } as const,
);
const commands: fc.Arbitrary<PaymentCommand> = fc.oneof(
  fc.constantFrom(authorizeWith('tok_approve'), voidPayment, capturePayment, refundPayment('r1', 300)),
  fc.constantFrom<PaymentCommand>(refundPayment('r2', 600), { type: 'RecordVoid' }),
  result.map((end): PaymentCommand => ({ type: 'RecordAuthorization', result: end })),
  result.map((end): PaymentCommand => ({ type: 'RecordCapture', result: end })),
  fc
    .tuple(fc.constantFrom('r1', 'r2'), result)
    .map(([refundId, end]): PaymentCommand => ({ type: 'RecordRefund', refundId, result: end })),
);

it('says what the payment itself says, after every event', () => {
  fc.assert(
    fc.property(fc.array(commands, { maxLength: 40 }), (history) => {
      let state = initialPayment;
      let summary: PaymentSummary | undefined;
      for (const command of [authorizeWith('tok_approve'), ...history]) {
        const decision = paymentDecider.decide(command, state);
        for (const event of isRefusal(decision) ? [] : decision) {
          state = evolve(state, event);
          // As it is stored between two events: as JSON.
          summary = JSON.parse(JSON.stringify(projectPaymentSummary(summary, event))) as PaymentSummary;
          expect(summary).toEqual({ ...paymentView(state), state });
        }
      }
    }),
    { numRuns: 200, seed: 20_101_201 },
  );
});

it('shows a payment that was voided before it was asked for', () => {
  const voided: PaymentEvent = { type: 'PaymentVoided', data: { paymentId: 'o1', orderId: 'o1', amount: 0 } };
  expect(projectPaymentSummary(undefined, voided)).toMatchObject({ status: 'voided', authorized: 0, captured: 0 });
});

it('shows nothing where there is no payment', () => {
  expect(paymentView(initialPayment)).toBeUndefined();
  const refused: PaymentEvent = {
    type: 'PaymentRequestRefused',
    data: { paymentId: 'o1', orderId: 'o1', request: 'capture', code: 'payment-unknown', message: 'No payment.' },
  };
  expect(projectPaymentSummary(undefined, refused)).toBeUndefined();
});
