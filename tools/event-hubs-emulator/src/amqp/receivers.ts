import type { Delivery, EventContext, Sender } from 'rhea';
import { withTailMetric } from '../encoding/splice.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import type { ClientConnection } from './client-connection.ts';
import type { AttachedReceiver, Ownership } from './ownership.ts';
import type { Entity } from './paths.ts';
import { resolvePosition } from './position.ts';
import type { Refusal } from './refusals.ts';
import { refusals } from './refusals.ts';
import { closeLink, desiredCapabilities, refuseLink, sendableCount } from './rhea-access.ts';

const RUNTIME_METRIC = 'com.microsoft:enable-receiver-runtime-metric';
const SELECTOR_FILTER = 'apache.org:selector-filter:string';

/** Clients grant far more credit than they use, so what is under way to one is bounded in bytes too. */
const IN_FLIGHT_BYTES = 16 * 1_048_576;
/** One turn of the event loop sends no more than this to one client. */
const TURN_EVENTS = 256;
const TURN_BYTES = 1_048_576;

export interface ReceiverDependencies {
  readonly client: ClientConnection;
  readonly ownership: Ownership;
  readonly now: () => number;
}

/** Serves a link on which a client receives the events of a partition (to the server it is a sender). */
export function serveReceiver(link: Sender, entity: Entity, dependencies: ReceiverDependencies): void {
  const { hub, consumerGroup, partition } = entity;
  if (consumerGroup === undefined || partition === undefined) {
    refuseLink(link, refusals.argument('Events are received from a partition of a consumer group'));
    return;
  }
  const filter = readFilter(link);
  const position = typeof filter === 'object' ? filter : resolvePosition(partition, filter);
  const epoch = readEpoch(link);
  const refused = [position, epoch].find((value) => typeof value === 'object');
  if (refused !== undefined) {
    refuseLink(link, refused);
    return;
  }
  const receiver: AttachedReceiver = {
    name: String(link.properties?.['com.microsoft:receiver-name'] ?? link.name),
    epoch: epoch as number | undefined,
    disconnect(reason) {
      dependencies.client.releaseLink(link);
      if (link.is_open()) closeLink(link, reason);
    },
  };
  const key = `${hub.name}/${consumerGroup}/${partition.number}`;
  const refusal = dependencies.ownership.attach(key, receiver);
  if (refusal !== undefined) {
    refuseLink(link, refusal);
    return;
  }
  const pump = createPump(link, partition, Number(position), dependencies.now);
  dependencies.client.hold(link, () => {
    pump.stop();
    dependencies.ownership.detach(key, receiver);
  });
  link.set_source({ address: link.source.address });
}

/** The text of the selector filter. Any other filter is refused: ignoring it would deliver what was not asked for. */
function readFilter(link: Sender): string | undefined | Refusal {
  const filters: Record<string, unknown> = link.source.filter ?? {};
  const unknown = Object.keys(filters).find((name) => name !== SELECTOR_FILTER);
  if (unknown !== undefined) return refusals.notImplemented(`The filter '${unknown}' is not supported`);
  const filter = filters[SELECTOR_FILTER];
  if (filter === undefined || filter === null) return undefined;
  return String((filter as { value?: unknown }).value ?? filter);
}

function readEpoch(link: Sender): number | undefined | Refusal {
  const epoch: unknown = link.properties?.['com.microsoft:epoch'];
  if (epoch === undefined || epoch === null) return undefined;
  const level = Number(epoch);
  return Number.isSafeInteger(level) && level >= 0
    ? level
    : refusals.argument(`The epoch '${String(epoch)}' must be a whole number that is not negative`);
}

/** Sends events as far as credit, session and memory allow, and goes on when there is more of any. */
function createPump(link: Sender, partition: PartitionLog, from: number, now: () => number): { stop(): void } {
  const withMetric = desiredCapabilities(link).includes(RUNTIME_METRIC);
  const inFlight = new Map<Delivery, number>();
  let inFlightBytes = 0;
  let next = from;
  let sentCount = 0;
  let scheduled: NodeJS.Immediate | undefined;

  function pump(): void {
    scheduled = undefined;
    const room = Math.min(sendableCount(link, sentCount), TURN_EVENTS);
    if (!link.is_open() || room <= 0 || inFlightBytes >= IN_FLIGHT_BYTES) return;
    if (next > partition.tail().sequenceNumber) return;
    const tail = { ...partition.tail(), retrievedMs: now() };
    for (const event of partition.read(next, room, TURN_BYTES)) {
      const bytes = withMetric ? withTailMetric(event.bytes, tail) : event.bytes;
      inFlight.set(link.send(bytes, undefined, 0), bytes.length);
      inFlightBytes += bytes.length;
      sentCount += 1;
      next = event.sequenceNumber + 1;
    }
    schedule();
  }

  function schedule(): void {
    scheduled ??= setImmediate(pump);
  }

  link.on('sender_flow', schedule);
  link.on('sendable', schedule);
  link.on('settled', ({ delivery }: EventContext) => {
    if (delivery === undefined) return;
    inFlightBytes -= inFlight.get(delivery) ?? 0;
    inFlight.delete(delivery);
    schedule();
  });
  const stopListening = partition.onAppended(schedule);

  return {
    stop() {
      stopListening();
      for (const event of ['sender_flow', 'sendable', 'settled']) link.removeAllListeners(event);
      clearImmediate(scheduled);
    },
  };
}
