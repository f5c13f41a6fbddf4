import { z } from 'zod';
import { entityId, quantity, reason, sku } from '../values.ts';
import type { EventCatalogue, EventOf } from './event-type.ts';
import { outcomeRepeated } from './outcome-repeated.ts';

/** One reservation of one order for one SKU: the order's id, with `~<round>` behind it when an operator had it tried again. */
export const reservationId = z.string().min(1).max(80);

const reservation = { sku, reservationId, orderId: entityId };

/** What happens to the stock of one SKU; stream `stock-<sku>`. */
export const stockEvents = {
  StockReceived: { version: 1, schema: z.strictObject({ sku, quantity }) },
  /** Counted again, broken, found: signed, never taking more than is available. */
  StockAdjusted: {
    version: 1,
    schema: z.strictObject({ sku, quantity: z.int().min(-1_000_000).max(1_000_000), reason }),
  },
  StockReserved: { version: 1, schema: z.strictObject({ ...reservation, quantity }) },
  StockReservationRejected: {
    version: 1,
    schema: z.strictObject({
      ...reservation,
      quantity,
      /** What could have been reserved at that moment. */
      available: z.int().min(0),
      code: z.enum(['insufficient-stock', 'already-released', 'already-reserved']),
    }),
  },
  /**
   * A reservation was given back. `quantity` 0: there was nothing to give back, and the reservation is now a tombstone: should the
   * command to reserve arrive after this, it is rejected.
   */
  StockReservationReleased: {
    version: 1,
    schema: z.strictObject({ ...reservation, quantity: z.int().min(0).max(1_000_000) }),
  },
  /** The reserved pieces left the house. */
  StockCommitted: { version: 1, schema: z.strictObject({ ...reservation, quantity }) },
  /** Returned pieces are back on the shelf. */
  StockRestocked: {
    version: 1,
    schema: z.strictObject({ sku, orderId: entityId, returnId: z.string().max(80), quantity }),
  },
  /** A request of the fulfilment process does not fit the state. */
  StockRequestRefused: {
    version: 1,
    schema: z.strictObject({
      ...reservation,
      request: z.enum(['release', 'commit']),
      code: z.string().max(64),
      message: z.string().max(1000),
    }),
  },
  OutcomeRepeated: outcomeRepeated,
} as const satisfies EventCatalogue;

export type StockEvent = EventOf<typeof stockEvents>;
