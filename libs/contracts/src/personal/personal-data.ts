import type { EventCatalogue } from '../events/event-type.ts';
import type { orderEvents } from '../events/order-events.ts';

/** A field with personal data and the field of the same event that holds its subject's id; both are paths with dots. */
export interface PersonalField {
  readonly path: string;
  readonly subject: string;
}

type PersonalDataOf<C extends EventCatalogue> = { readonly [T in keyof C & string]?: readonly PersonalField[] };

/**
 * The personal data in the order's events. A subject is a customer, by the id that the shop knows them by.
 *
 * Not personal by contract, and never encrypted: `customerId` (a pseudonym, and what erasure finds the streams by), `payment.token` (the
 * provider's reference; it is a secret for logs all the same), `carrier` and `trackingNumber` (needed by both parties to settle claims), and `reason`
 * of cancellations, returns and adjustments: it says why, in the words of the shop, and must not name a person.
 */
export const orderPersonalData = {
  OrderSubmitted: [{ path: 'shipTo', subject: 'customerId' }],
} as const satisfies PersonalDataOf<typeof orderEvents>;

/** Fields that no log and no trace may show: personal data, and what pays. */
export const unloggedFields: readonly string[] = ['shipTo', 'token'];
