import { createHash } from 'node:crypto';
import { orderEvents, paymentEvents, type ShopService, snapshotsContainer, stockEvents } from '@daybook/contracts';
import {
  canonicalJson,
  collectionsFormat,
  type DomainEvent,
  eventCodec,
  type EventCodec,
  type SnapshotDocument,
  type StoredEvent,
} from '@daybook/eventstore';
import { evolve as evolveStock, initialStock, type StockEvent } from '@daybook/inventory-domain';
import { evolve as evolveOrder, initialOrder, type OrderEvent } from '@daybook/order-domain';
import { evolve as evolvePayment, initialPayment, type PaymentEvent } from '@daybook/payment-domain';
import type { Container, Stored } from '@daybook/ports';
import { evolveSaga, initialSaga, sagaCodec, type SagaState } from '@daybook/saga';
import type { Finding } from './finding.ts';
import type { AllHistories } from './histories.ts';

/** The rule that {@link checkSnapshots} is about. */
export const snapshotRule = 'snapshots are what their streams make';

/** A snapshot as far as it is compared: states are large, and there may be many. */
export interface SnapshotSeen extends Pick<SnapshotDocument, 'streamId' | 'version' | 'hash' | 'fingerprint'> {
  /** SHA-256 of the state's canonical JSON. */
  readonly stateHash: string;
  /** When it was written, in seconds since the epoch. */
  readonly writtenAt: number;
}

export interface SnapshotsChecked {
  /** Snapshots that were compared. */
  readonly count: number;
  /** Snapshots of older code: the services pass them over. */
  readonly outdated: number;
  readonly findings: readonly Finding[];
}

const replaySaga = replay(sagaCodec, initialSaga, evolveSaga);
const sagaFormat = collectionsFormat<SagaState>();

interface Replayed {
  /** What the ids of its streams begin with: of other streams that the service may have nobody here knows the states. */
  readonly prefix: string;
  /** The JSON of the state that the service makes of a stream's events. */
  readonly replay: (events: readonly StoredEvent[]) => unknown;
}

const replays: Readonly<Record<ShopService, Replayed>> = {
  order: { prefix: 'order-', replay: replay(eventCodec<OrderEvent>(orderEvents), initialOrder, evolveOrder) },
  inventory: { prefix: 'stock-', replay: replay(eventCodec<StockEvent>(stockEvents), initialStock, evolveStock) },
  payment: {
    prefix: 'payment-',
    replay: replay(eventCodec<PaymentEvent>(paymentEvents), initialPayment, evolvePayment),
  },
  fulfilment: { prefix: 'saga-', replay: (events) => sagaFormat.toJson(replaySaga(events)) },
};

type Snapshots = Readonly<Partial<Record<ShopService, readonly SnapshotSeen[]>>>;

const pageSize = 100;

/** Reads every snapshot. Before the histories, so that a running system has written the events of each by then. @throws ContainerError */
export async function readSnapshots(containers: Readonly<Record<ShopService, Container>>): Promise<Snapshots> {
  const found: Partial<Record<ShopService, readonly SnapshotSeen[]>> = {};
  for (const service of Object.keys(replays) as ShopService[]) {
    const seen: SnapshotSeen[] = [];
    for (let from: { readonly continuation?: string } | undefined = {}; from !== undefined;) {
      const page = await containers[service].query({ limit: pageSize, ...from });
      const snapshots = page.documents as unknown as readonly StoredSnapshot[];
      seen.push(...snapshots.filter(({ streamId }) => streamId.startsWith(replays[service].prefix)).map(seenOf));
      from = page.continuation === undefined ? undefined : { continuation: page.continuation };
    }
    found[service] = seen;
  }
  return found;
}

type StoredSnapshot = SnapshotDocument & Pick<Stored, '_ts'>;

function seenOf({ streamId, version, hash, fingerprint, state, _ts }: StoredSnapshot): SnapshotSeen {
  return { streamId, version, hash, fingerprint, stateHash: stateHash(state), writtenAt: _ts };
}

/**
 * Replays the stream of every snapshot and compares. A snapshot that differs misleads whoever loads it, and no event: it is dropped, and
 * written anew.
 *
 * Pure. What code made a snapshot is told by its fingerprint alone. Those of an older fingerprint, none of which is what this code makes,
 * are outdated and not findings: the services pass them over.
 */
export function checkSnapshots(histories: AllHistories, snapshots: Snapshots): SnapshotsChecked {
  const findings: Finding[] = [];
  let count = 0;
  let outdated = 0;
  for (const [service, seen] of Object.entries(snapshots) as [ShopService, readonly SnapshotSeen[]][]) {
    const problems = seen.map((snapshot) => ({ snapshot, problem: problemOf(service, snapshot, histories) }));
    const newestAt = Math.max(...seen.map(({ writtenAt }) => writtenAt));
    const newest = new Set(seen.filter((each) => each.writtenAt === newestAt).map(({ fingerprint }) => fingerprint));
    const ours = new Set(
      problems.filter(({ problem }) => problem === undefined).map((each) => each.snapshot.fingerprint),
    );
    for (const { snapshot, problem } of problems) {
      if (problem !== undefined && !newest.has(snapshot.fingerprint) && !ours.has(snapshot.fingerprint)) {
        outdated += 1;
        continue;
      }
      count += 1;
      if (problem === undefined) continue;
      const where = `${snapshotsContainer(service)}: ${snapshot.streamId}`;
      findings.push({ rule: snapshotRule, where, message: `version ${snapshot.version}: ${problem}` });
    }
  }
  return { count, outdated, findings };
}

function problemOf(service: ShopService, snapshot: SnapshotSeen, histories: AllHistories): string | undefined {
  const { streamId, version, hash } = snapshot;
  const events = histories[service].get(streamId)?.filter((event) => event.version <= version) ?? [];
  const last = events.at(-1);
  if (last === undefined || last.version !== version) return `the stream has only ${last?.version ?? 0} events`;
  if (last.hash !== hash) return 'it was made of another history than the stream’s';
  let state: unknown;
  try {
    state = replays[service].replay(events);
  } catch (error) {
    return `the stream cannot be replayed: ${error instanceof Error ? error.message : String(error)}`;
  }
  return stateHash(state) === snapshot.stateHash
    ? undefined
    : 'its state is not what the events make; delete it, and the service writes another';
}

function replay<E extends DomainEvent, S>(codec: EventCodec<E>, initial: S, evolve: (state: S, event: E) => S) {
  return (events: readonly StoredEvent[]): S =>
    events.flatMap((event) => codec.decodeAll(event)).reduce(evolve, initial);
}

function stateHash(state: unknown): string {
  return createHash('sha256').update(canonicalJson(state)).digest('hex');
}
