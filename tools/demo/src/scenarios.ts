/** One order and what becomes of it. */
export interface Scenario {
  readonly title: string;
  readonly orderId: string;
  /** What is received before the order is placed. */
  readonly onHand: number;
  readonly quantity: number;
  readonly token: string;
  /** It is put together line by line before it is submitted. */
  readonly drafted?: true;
  /** What happens once the order has the status. */
  readonly then?: readonly { readonly at: string; readonly action: 'cancel' | 'ship' | 'deliver' | 'returns' }[];
  /** Where it ends: order, payment, pieces on hand and reserved. */
  readonly ends: {
    readonly order: string;
    readonly payment: string | undefined;
    readonly onHand: number;
    readonly reserved: number;
    readonly captured: number;
    readonly refunded: number;
  };
}

/** What one piece costs, in pence. */
export const unitPrice = 255;

export const scenarios: readonly Scenario[] = [
  {
    title:
      'Drafted, then fulfilled: stock is reserved, payment authorized; on shipping the stock leaves and the money comes',
    orderId: 'demo-fulfilled',
    onHand: 10,
    quantity: 6,
    token: 'tok_approve',
    drafted: true,
    then: [
      { at: 'confirmed', action: 'ship' },
      { at: 'shipped', action: 'deliver' },
    ],
    ends: { order: 'delivered', payment: 'captured', onHand: 4, reserved: 0, captured: 6 * unitPrice, refunded: 0 },
  },
  {
    title: 'Out of stock: rejected, nothing reserved, nothing authorized',
    orderId: 'demo-out-of-stock',
    onHand: 2,
    quantity: 6,
    token: 'tok_approve',
    ends: { order: 'rejected', payment: undefined, onHand: 2, reserved: 0, captured: 0, refunded: 0 },
  },
  {
    title: 'Declined: the card is refused, so the reservation is released and the order rejected',
    orderId: 'demo-declined',
    onHand: 10,
    quantity: 6,
    token: 'tok_decline',
    ends: { order: 'rejected', payment: 'declined', onHand: 10, reserved: 0, captured: 0, refunded: 0 },
  },
  {
    title: 'Payment never answers: whether money is held is unknown, so it is voided and the order rejected',
    orderId: 'demo-timeout',
    onHand: 10,
    quantity: 6,
    token: 'tok_timeout',
    ends: { order: 'rejected', payment: 'voided', onHand: 10, reserved: 0, captured: 0, refunded: 0 },
  },
  {
    title: 'Cancelled after it was confirmed: the stock is released and the authorization voided',
    orderId: 'demo-cancelled',
    onHand: 10,
    quantity: 6,
    token: 'tok_approve',
    then: [{ at: 'confirmed', action: 'cancel' }],
    ends: { order: 'cancelled', payment: 'voided', onHand: 10, reserved: 0, captured: 0, refunded: 0 },
  },
  {
    title: 'Returned in part: two of six pieces come back, go on the shelf again, and are refunded',
    orderId: 'demo-returned',
    onHand: 10,
    quantity: 6,
    token: 'tok_approve',
    then: [
      { at: 'confirmed', action: 'ship' },
      { at: 'shipped', action: 'returns' },
    ],
    ends: {
      order: 'partially-returned',
      payment: 'partially-refunded',
      onHand: 6,
      reserved: 0,
      captured: 6 * unitPrice,
      refunded: 2 * unitPrice,
    },
  },
];
