import { refundOf } from '@daybook/payment-domain';
import type { ProviderBooks } from '../services/provider.ts';
import type { Ledger } from './ledger.ts';

/** The provider's books and ours tell the same: no money is held for nobody, and what was taken and given back is what we say. */
export function checkProvider(books: ProviderBooks, ledger: Ledger): void {
  for (const payment of ledger.payments.values()) {
    if (payment.status === 'none' || payment.captured === 0 || books.charges.has(payment.paymentId)) continue;
    const where = `payment ${payment.paymentId}`;
    ledger.fail('the provider agrees', where, `we say that ${payment.captured} was taken, it knows of no charge`);
  }
  for (const [key, charge] of books.charges) {
    const where = `charge ${key}`;
    const payment = [...ledger.payments.values()].find((each) => each.status !== 'none' && each.paymentId === key);
    if (payment === undefined || payment.status === 'none') {
      ledger.fail('the provider agrees', where, 'there is no such payment');
      continue;
    }
    if (charge.held > 0) ledger.fail('the provider agrees', where, `${charge.held} is held, it is ${payment.status}`);
    if (charge.captured !== payment.captured) {
      ledger.fail('the provider agrees', where, `it took ${charge.captured}, we say ${payment.captured}`);
    }
    for (const [refundId, amount] of charge.refunds) {
      const refund = refundOf(payment, refundId);
      if (refund?.completed === true && refund.amount === amount) continue;
      ledger.fail('the provider agrees', where, `it gave back ${amount} for ${refundId}, we do not say so`);
    }
    const givenBack = [...charge.refunds.values()].reduce((sum, amount) => sum + amount, 0);
    if (givenBack !== payment.refunded) {
      ledger.fail('the provider agrees', where, `it gave back ${givenBack}, we say ${payment.refunded}`);
    }
  }
}
