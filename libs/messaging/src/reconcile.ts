import type { CloudEvent, HubName } from '@daybook/contracts';
import { canonicalJson, type StoredEvent } from '@daybook/eventstore';
import type { HubProducer, HubReader, ReceivedMessage } from '@daybook/ports';
import { hubMessageId, parseCloudEvent } from './cloud-event.ts';
import { partitionOf } from './partition.ts';
import type { Route } from './relay.ts';
import { createSender, type Outgoing } from './sender.ts';

/** What one service has stored, and where it publishes it. */
export interface ReconciledService {
  /** Every event, by stream, in the order of versions. */
  readonly streams: ReadonlyMap<string, readonly StoredEvent[]>;
  readonly route: Route;
  /** Streams whose events are parked in the relay's dead letters: they are not published, and known not to be. */
  readonly parked?: ReadonlySet<string>;
}

export interface ReconcileOptions {
  /** By the name of the service: `order`. */
  readonly services: Readonly<Record<string, ReconciledService>>;
  /** Every hub that a route may name; each is read once, from the beginning of what it retains. */
  readonly readers: ReadonlyMap<HubName, HubReader>;
  /** When the events were read, in milliseconds since the epoch. */
  readonly readAtMs: number;
  /** Events younger than this may be on their way to the hubs, and are not judged; default 60,000. */
  readonly graceMs?: number;
  /**
   * How far the clocks of store and hubs may differ; default 5,000. An event is stored before it is published, so a message that was there when
   * the events were read has its event among them.
   */
  readonly skewMs?: number;
}

/** An event that should be in a hub and is not. */
export interface Gap {
  readonly service: string;
  readonly hub: HubName;
  readonly streamId: string;
  readonly version: number;
  readonly messageId: string;
  readonly outgoing: Outgoing;
}

/** A message whose event the store does not have, or has with other contents. */
export interface Orphan {
  readonly service: string;
  readonly hub: HubName;
  /** The message's key in the hub. */
  readonly key: string;
  readonly messageId: string;
  readonly partitionId: string;
  readonly sequenceNumber: number;
  readonly message: CloudEvent;
}

export interface Reconciliation {
  /** Messages that the events call for. */
  readonly expected: number;
  /** Of those, found. */
  readonly found: number;
  /** Of those, older than what the hubs retain: nothing can be said of them. */
  readonly notRetained: number;
  /** Of those, parked or too young to be judged. */
  readonly underWay: number;
  /** Never published, in the order of versions by stream. */
  readonly gaps: readonly Gap[];
  /** In a hub, and lost by the store. */
  readonly lost: readonly Orphan[];
  /** In a hub with other contents than in the store. */
  readonly differing: readonly Orphan[];
}

interface Expected {
  readonly service: string;
  readonly event: StoredEvent;
  readonly outgoing: Outgoing;
  found: boolean;
}

/** What a partition still has. */
interface Retained {
  /** When its oldest message was stored, in milliseconds since the epoch; everything was since then. Absent: nothing was ever removed. */
  sinceMs: number | undefined;
  /** Lowest version retained, by stream: what comes after it cannot have been removed. */
  readonly lowest: Map<string, number>;
}

/**
 * Compares what services have stored with what the hubs retain. At least once is the hubs' contract, so a message that is there often is there.
 *
 * @throws HubError where a hub cannot be read to its end
 */
export async function reconcile(options: ReconcileOptions): Promise<Reconciliation> {
  const { services, readers, readAtMs, graceMs = 60_000, skewMs = 5_000 } = options;
  const youngMs = readAtMs - graceMs;
  const expected = expectedMessages(services);
  const lost: Orphan[] = [];
  const differing: Orphan[] = [];
  const gaps: Gap[] = [];
  const counts = { expected: 0, found: 0, notRetained: 0, underWay: 0 };

  for (const [hub, reader] of readers) {
    const ofHub = expected.get(hub) ?? new Map<string, Expected>();
    expected.delete(hub);
    const retained = await readHub(reader, (received) => {
      const known = ofHub.get(nameOf(received.messageId, received.key));
      const message = parseCloudEvent(received.body);
      if (message === undefined) return;
      const service = message.source.replace(/^daybook\//, '');
      const orphan = () => ({ service, hub, message, ...placeOf(received) });
      if (known === undefined) {
        if (services[service] !== undefined && received.enqueuedAtMs < readAtMs - skewMs) lost.push(orphan());
        return;
      }
      if (!known.found && !sameContents(known.outgoing.message, message)) differing.push(orphan());
      known.found = true;
    });
    const partitions = [...retained.keys()].sort((a, b) => Number(a) - Number(b));
    for (const each of ofHub.values()) {
      const { service, event, outgoing, found } = each;
      counts.expected += 1;
      const at = retained.get(partitions[partitionOf(outgoing.key, partitions.length)] ?? '');
      if (found) counts.found += 1;
      else if (services[service]?.parked?.has(event.streamId) === true || Date.parse(event.recordedAt) >= youngMs)
        counts.underWay += 1;
      else if (at !== undefined && !covers(at, event)) counts.notRetained += 1;
      else gaps.push(gapOf(each));
    }
  }
  const [unread] = expected.keys();
  if (unread !== undefined) throw new Error(`reconcile: there is no reader of ${unread}`);
  return { ...counts, gaps, lost, differing };
}

/** Publishes what was never published, each stream in its order. It comes after what was published of the stream before. @throws HubError */
export async function republish(gaps: readonly Gap[], producers: (hub: HubName) => HubProducer): Promise<number> {
  const send = createSender(producers);
  for (let from = 0; from < gaps.length; from += republishedAtOnce) {
    await send(gaps.slice(from, from + republishedAtOnce).map(({ outgoing }) => outgoing));
  }
  return gaps.length;
}

const republishedAtOnce = 500;

function expectedMessages(services: Readonly<Record<string, ReconciledService>>): Map<HubName, Map<string, Expected>> {
  const byHub = new Map<HubName, Map<string, Expected>>();
  for (const [service, { streams, route }] of Object.entries(services)) {
    for (const event of [...streams.values()].flat()) {
      for (const outgoing of route(event)) {
        const ofHub = byHub.get(outgoing.hub) ?? new Map<string, Expected>();
        const name = nameOf(hubMessageId(outgoing.message.id), outgoing.key);
        byHub.set(outgoing.hub, ofHub.set(name, { service, event, outgoing, found: false }));
      }
    }
  }
  return byHub;
}

/** One event may concern two sagas: the same message, under two keys. */
const nameOf = (messageId: string, key: string): string => JSON.stringify([messageId, key]);

function gapOf({ service, event: { streamId, version }, outgoing }: Expected): Gap {
  return { service, hub: outgoing.hub, streamId, version, messageId: hubMessageId(outgoing.message.id), outgoing };
}

async function readHub(
  reader: HubReader,
  onMessage: (message: ReceivedMessage) => void,
): Promise<ReadonlyMap<string, Retained>> {
  const retained = new Map<string, Retained>();
  for (const partitionId of await reader.partitionIds()) {
    const at: Retained = { sinceMs: undefined, lowest: new Map() };
    retained.set(partitionId, at);
    let first: ReceivedMessage | undefined;
    const { removed } = await reader.read(partitionId, (messages) => {
      first ??= messages[0];
      for (const message of messages) {
        noteLowest(at.lowest, message.body);
        onMessage(message);
      }
    });
    if (removed) at.sinceMs = first?.enqueuedAtMs ?? Infinity;
  }
  return retained;
}

/** False: the message may have been there and be gone by its age. */
function covers({ sinceMs, lowest }: Retained, { streamId, version, recordedAt }: StoredEvent): boolean {
  if (sinceMs === undefined || Date.parse(recordedAt) >= sinceMs) return true;
  return version > (lowest.get(streamId) ?? Infinity);
}

function noteLowest(lowest: Map<string, number>, body: unknown): void {
  const { subject, streamversion: version } = (body ?? {}) as {
    readonly subject?: unknown;
    readonly streamversion?: unknown;
  };
  if (typeof subject !== 'string' || typeof version !== 'number') return;
  if (version < (lowest.get(subject) ?? Infinity)) lowest.set(subject, version);
}

function placeOf({ key, messageId, partitionId, sequenceNumber }: ReceivedMessage) {
  return { key, messageId, partitionId, sequenceNumber };
}

/** But for the trace, which tells how a message travelled. */
function sameContents(one: CloudEvent, other: CloudEvent): boolean {
  return canonical(one) === canonical(other);
}

function canonical({ traceparent: _traceparent, ...message }: CloudEvent): string {
  // As it is on the wire: what is undefined is not there.
  return canonicalJson(JSON.parse(JSON.stringify(message)));
}
