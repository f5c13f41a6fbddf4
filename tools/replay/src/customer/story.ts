import type { Line } from './order-books.ts';

/** What the customer and the warehouse do about an order, and how it may end. */
export interface Story {
  readonly kind: string;
  readonly orderId: string;
  readonly customerId: string;
  readonly token: string;
  readonly lines: readonly Line[];
  /** `at once`: without waiting for the order to be decided. */
  readonly act?: 'ship' | 'ship and return' | 'cancel' | 'cancel at once' | 'ship or cancel';
  /** What comes back, where something does. */
  readonly back?: readonly { readonly sku: string; readonly quantity: number }[];
  /** The customer presses the button twice. */
  readonly twice?: boolean;
  /** Statuses in which the order may end. */
  readonly ends: readonly string[];
}

export interface Told {
  readonly status: string;
  /** From the last thing the customer did until nothing was left open. */
  readonly settledMs: number;
  /** The longest time that the order stood still: from one thing that the customer saw or did to the next. */
  readonly stallMs: number;
}
