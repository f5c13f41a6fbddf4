import type { Delivery, EventContext, Sender } from 'rhea';
import { withTailMetric } from '../encoding/splice.ts';
import type { HubFault } from '../faults/fault.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import type { ConsumerSource } from './consumers.ts';
import { desiredCapabilities, sendableCount } from './rhea-access.ts';

const RUNTIME_METRIC = 'com.microsoft:enable-receiver-runtime-metric';

/** Clients grant far more credit than they use, so what is under way to one is bounded in bytes too. */
const IN_FLIGHT_BYTES = 16 * 1_048_576;
/** One turn of the event loop sends no more than this to one client. */
const TURN_EVENTS = 256;
const TURN_BYTES = 1_048_576;

export interface PumpOptions {
  readonly partition: PartitionLog;
  /** The first sequence number to send. */
  readonly from: number;
  readonly now: () => number;
  /** Which fault befalls the events that are about to be sent. */
  readonly nextFault: () => HubFault | undefined;
  /** Carries out a fault other than a delay; the link is gone then. */
  readonly strike: (fault: HubFault) => void;
}

export interface Pump {
  readonly progress: ConsumerSource['progress'];
  stop(): void;
}

/** Sends events as far as credit, session and memory allow, and goes on when there is more of any. */
export function createPump(link: Sender, { partition, from, now, nextFault, strike }: PumpOptions): Pump {
  const withMetric = desiredCapabilities(link).includes(RUNTIME_METRIC);
  const inFlight = new Map<Delivery, { readonly bytes: number; readonly sequenceNumber: number }>();
  let inFlightBytes = 0;
  let next = from;
  let settled = from - 1;
  let sentCount = 0;
  let scheduled: NodeJS.Immediate | undefined;
  let delayed: NodeJS.Timeout | undefined;

  function pump(): void {
    scheduled = undefined;
    if (!isReady()) return;
    const fault = nextFault();
    if (fault === undefined) return send();
    if (fault.kind !== 'delay') return strike(fault);
    delayed = setTimeout(() => {
      delayed = undefined;
      if (isReady()) send();
    }, fault.ms);
  }

  function isReady(): boolean {
    const open = link.is_open() && delayed === undefined && inFlightBytes < IN_FLIGHT_BYTES;
    return open && sendableCount(link, sentCount) > 0 && next <= partition.tail().sequenceNumber;
  }

  function send(): void {
    const room = Math.min(sendableCount(link, sentCount), TURN_EVENTS);
    const tail = { ...partition.tail(), retrievedMs: now() };
    for (const { sequenceNumber, bytes: stored } of partition.read(next, room, TURN_BYTES)) {
      const bytes = withMetric ? withTailMetric(stored, tail) : stored;
      inFlight.set(link.send(bytes, undefined, 0), { bytes: bytes.length, sequenceNumber });
      inFlightBytes += bytes.length;
      sentCount += 1;
      next = sequenceNumber + 1;
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
    const sent = inFlight.get(delivery);
    inFlightBytes -= sent?.bytes ?? 0;
    settled = Math.max(settled, sent?.sequenceNumber ?? settled);
    inFlight.delete(delivery);
    schedule();
  });
  const stopListening = partition.onAppended(schedule);

  return {
    progress: () => ({
      deliveredSequenceNumber: next - 1,
      settledSequenceNumber: settled,
      creditEvents: Math.max(0, sendableCount(link, sentCount)),
    }),
    stop() {
      stopListening();
      for (const event of ['sender_flow', 'sendable', 'settled']) link.removeAllListeners(event);
      clearImmediate(scheduled);
      clearTimeout(delayed);
    },
  };
}
