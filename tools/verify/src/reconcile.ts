import {
  eachService,
  eventsContainer,
  type HubName,
  hubs as topology,
  isPublisher,
  type ServiceName,
} from '@daybook/contracts';
import {
  createDeadLetters,
  eventRoute,
  type Gap,
  type Orphan,
  reconcile,
  type Reconciliation,
  type ReconciledService,
  replyRoute,
  republish,
  type Route,
} from '@daybook/messaging';
import { sagaRoute } from '@daybook/order';
import type { Container, Runtime } from '@daybook/ports';
import { sagaCommandsRoute } from '@daybook/saga';
import type { Finding } from './finding.ts';
import { type AllHistories, type Histories, historiesIn } from './histories.ts';
import type { Hubs } from './stores.ts';

/** The rules that {@link checkPublished} is about. */
export const publishedRule = 'what is stored was published';
export const storedRule = 'what was published is stored';

const all =
  (...routes: readonly Route[]): Route =>
  (event) =>
    routes.flatMap((route) => route(event));

/** Where each service publishes its events, as its `main.ts` says. */
const routes: Readonly<Record<ServiceName, Route>> = {
  ...eachService((service) => (isPublisher(service) ? eventRoute(`${service}-events`, service) : () => [])),
  order: all(eventRoute('order-events', 'order'), replyRoute('order'), sagaRoute),
  inventory: all(eventRoute('inventory-events', 'inventory'), replyRoute('inventory')),
  payment: all(eventRoute('payment-events', 'payment'), replyRoute('payment')),
  fulfilment: (event) => sagaCommandsRoute(event),
};
const services = Object.keys(routes) as ServiceName[];

export interface PublishedChecked extends Reconciliation {
  readonly findings: readonly Finding[];
}

export interface PublishedOptions {
  readonly hubs: Pick<Hubs, 'reader'>;
  readonly deadLetters: Readonly<Record<ServiceName, Container>>;
  readonly runtime: Runtime;
  /** When the reading of the histories began, in milliseconds since the epoch. */
  readonly readAtMs: number;
  /** Nothing is under way any more: all but the youngest 15 s are judged. */
  readonly settled: boolean;
}

/**
 * Compares the events with what the hubs retain: what was never published, and what the hubs have and the store has not, or not so. What
 * the relay has parked is a finding of the dead letters.
 *
 * @throws HubError, ContainerError
 */
export async function checkPublished(
  histories: AllHistories,
  { hubs, deadLetters, runtime, readAtMs, settled }: PublishedOptions,
): Promise<PublishedChecked> {
  const compared: Partial<Record<ServiceName, ReconciledService>> = {};
  for (const service of services) {
    const parked = await createDeadLetters({ container: deadLetters[service], runtime }).load('feed:relay');
    const streams = service === 'fulfilment' ? sagasOf(histories) : historiesIn(histories, service);
    compared[service] = { streams, route: routes[service], parked };
  }
  const result = await reconcile({
    services: compared as Record<ServiceName, ReconciledService>,
    readers: new Map(topology.map(({ name }) => [name, hubs.reader(name)])),
    readAtMs,
    // Long enough for a relay that pauses before it tries again.
    ...(settled ? { graceMs: 15_000, skewMs: 0 } : {}),
  });
  return {
    ...result,
    findings: [
      ...result.gaps.map(gapFinding),
      ...result.lost.map((orphan) => orphanFinding(orphan, 'the store does not have it')),
      ...result.differing.map((orphan) => orphanFinding(orphan, 'the store has it with other contents')),
    ],
  };
}

/** Publishes what was never published. @returns how many messages @throws HubError */
export function publishGaps(gaps: readonly Gap[], hubs: Pick<Hubs, 'producer'>): Promise<number> {
  const producers = new Map<HubName, ReturnType<Hubs['producer']>>();
  return republish(gaps, (hub) => {
    const producer = producers.get(hub) ?? hubs.producer(hub);
    producers.set(hub, producer);
    return producer;
  });
}

/** As read first, and what they have recorded since. */
function sagasOf({ fulfilment, fulfilmentSince }: AllHistories): Histories {
  const streams = new Map(fulfilment);
  for (const [streamId, events] of fulfilmentSince)
    streams.set(streamId, [...(streams.get(streamId) ?? []), ...events]);
  return streams;
}

function gapFinding({ service, streamId, version, hub, messageId }: Gap): Finding {
  const message = `version ${version} is not in ${hub}: ${messageId} (${eventsContainer[service as ServiceName]})`;
  return { rule: publishedRule, where: streamId, message };
}

function orphanFinding({ hub, partitionId, sequenceNumber, message }: Orphan, what: string): Finding {
  const { type, id, subject, streamversion } = message;
  const version = streamversion === undefined ? '' : ` version ${streamversion}`;
  return {
    rule: storedRule,
    where: subject,
    message: `${type}${version} ${id} is in ${hub} (partition ${partitionId}, ${sequenceNumber}), and ${what}`,
  };
}
