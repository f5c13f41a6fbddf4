import type { z } from 'zod';
import type { EventCatalogue } from '../events/event-type.ts';
import { orderEvents } from '../events/order-events.ts';
import { paymentEvents } from '../events/payment-events.ts';
import { stockEvents } from '../events/stock-events.ts';
import { hubSenders } from '../topology/hub-senders.ts';
import { participants, publishers, type ServiceName } from '../topology/services.ts';
import type { HubName } from '../topology/topology.ts';
import { serviceEvents, takenCommands } from './catalogues.ts';

/** One type of message on a hub. */
export interface HubMessageType {
  readonly type: string;
  /** Of the schema: of events. Commands have none. */
  readonly version?: number;
  /** Of `data`, before personal data in it are sealed. */
  readonly schema: z.ZodType;
}

const pick = <C extends EventCatalogue>(catalogue: C, types: readonly (keyof C & string)[]): EventCatalogue =>
  Object.fromEntries(Object.entries(catalogue).filter(([type]) => types.includes(type)));

const eventsOn: Readonly<Record<string, Readonly<Partial<Record<ServiceName, EventCatalogue>>>>> = {
  ...Object.fromEntries(publishers.map((service) => [`${service}-events`, { [service]: serviceEvents[service] }])),
  // What answers the commands of sagas, starts a saga, or concerns it unasked.
  'saga-inputs': {
    order: pick(orderEvents, [
      ...(['OrderSubmitted', 'OrderCancelled', 'OrderShipped', 'OrderReturnRequested', 'OrderConfirmed'] as const),
      ...(['OrderRejected', 'OrderReturnCompleted', 'OrderRequestRefused', 'OutcomeRepeated'] as const),
    ]),
    inventory: pick(stockEvents, [
      ...(['StockReserved', 'StockReservationRejected', 'StockReservationReleased', 'StockCommitted'] as const),
      ...(['StockRestocked', 'StockRequestRefused', 'OutcomeRepeated'] as const),
    ]),
    payment: paymentEvents,
  },
};

const commandsOn: Readonly<Record<string, Readonly<Record<string, z.ZodType>> | undefined>> = Object.fromEntries(
  participants.map((service) => [`${service}-commands`, takenCommands[service]]),
);

/** What a service sends to a hub; nothing where it is not among the senders. */
export function hubMessagesOf(hub: HubName, sender: ServiceName): readonly HubMessageType[] {
  if (!hubSenders[hub].includes(sender)) return [];
  const events = Object.entries(eventsOn[hub]?.[sender] ?? {});
  const commands = Object.entries(commandsOn[hub] ?? {});
  return [
    ...events.map(([type, { version, schema }]) => ({ type, version, schema })),
    ...commands.map(([type, schema]) => ({ type, schema })),
  ];
}
