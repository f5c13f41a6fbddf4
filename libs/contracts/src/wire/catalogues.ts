import type { z } from 'zod';
import { orderCommands, paymentCommands, stockCommands } from '../commands/commands.ts';
import type { EventCatalogue } from '../events/event-type.ts';
import { orderEvents } from '../events/order-events.ts';
import { paymentEvents } from '../events/payment-events.ts';
import { stockEvents } from '../events/stock-events.ts';
import type { ServiceName } from '../topology/services.ts';

/** The events of each service, of all its aggregates. Those of a service that publishes go to its hub, all of them. */
export const serviceEvents: Readonly<Partial<Record<ServiceName, EventCatalogue>>> = {
  order: orderEvents,
  inventory: stockEvents,
  payment: paymentEvents,
};

/** The commands that each service takes over a hub. */
export const takenCommands: Readonly<Partial<Record<ServiceName, Readonly<Record<string, z.ZodType>>>>> = {
  order: orderCommands,
  inventory: stockCommands,
  payment: paymentCommands,
};
