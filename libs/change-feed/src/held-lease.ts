import { ContainerError, type FeedRange, type FeedStart, type Stored, isContainerError, isoNow } from '@daybook/ports';
import type { LeaseDocument } from './lease-document.ts';
import type { LeaseSettings } from './lease-store.ts';

/** A lease that this instance took. Its calls must not overlap. */
export interface HeldLease {
  /** The checkpoint as stored. */
  readonly continuation: string | undefined;
  /** Where to begin while there is no checkpoint, if not where the feed says. */
  readonly from: FeedStart | undefined;
  readonly generation: number;
  /** Aborted once another has taken or rewound the lease, or it was given back. */
  readonly lost: AbortSignal;
  /** Aborted once it was promised to an instance that has too few: finish, and give it back. */
  readonly promised: AbortSignal;
  /** To whom. */
  readonly promisedTo: string | undefined;
  /** False from the moment on when, by this instance's clock, another may have taken it. Renewal can still succeed. */
  isCurrent(): boolean;
  /** Renews it and writes the checkpoint, in one. @throws ContainerError when that failed and the lease may still be held. */
  save(continuation: string | undefined): Promise<void>;
  /** Writes the checkpoint and gives the lease back. @throws ContainerError */
  release(continuation: string | undefined): Promise<void>;
  /** Writes the checkpoint and ends the lease for good: these ranges go on from there. @throws ContainerError */
  replaceBy(children: readonly FeedRange[], continuation: string | undefined): Promise<void>;
}

export interface HeldLeaseSettings extends LeaseSettings {
  /** Asked when another instance wants the lease: whether to give it. */
  readonly accepts: (instance: string) => boolean;
}

/** What a write changes beside the time of renewal. */
interface Change {
  readonly continuation: string | undefined;
  readonly keep: boolean;
  readonly children?: readonly FeedRange[];
}

const maxWrites = 4;

export function holdLease(settings: HeldLeaseSettings, taken: Stored<LeaseDocument>, takenAtMs: number): HeldLease {
  const { instance, leases, runtime, leaseDurationMs } = settings;
  const loss = new AbortController();
  const promise = new AbortController();
  let promisedTo: string | undefined;
  let current = taken;
  let renewedAtMs = takenAtMs;

  const changed = ({ continuation, keep, children }: Change): LeaseDocument => ({
    id: current.id,
    feed: current.feed,
    range: current.range,
    renewedAt: isoNow(runtime),
    renewals: (current.renewals ?? 0) + 1,
    acquisitions: current.acquisitions,
    generation: current.generation ?? 0,
    ...(keep ? { owner: instance } : {}),
    ...(continuation !== undefined ? { continuation } : current.from === undefined ? {} : { from: current.from }),
    ...(promisedTo === undefined ? {} : { wantedBy: promisedTo }),
    ...(children === undefined ? {} : { children }),
    ...(current.rewound === undefined ? {} : { rewound: current.rewound }),
  });

  /** Goes on from what is stored, unless that is another's. */
  const adopt = (stored: Stored<LeaseDocument> | undefined): void => {
    const isOurs =
      stored?.owner === instance &&
      stored.acquisitions === current.acquisitions &&
      (stored.generation ?? 0) === (current.generation ?? 0);
    if (!isOurs) {
      loss.abort();
      return;
    }
    current = stored;
    const { wantedBy } = stored;
    if (promisedTo !== undefined || wantedBy === undefined || !settings.accepts(wantedBy)) return;
    promisedTo = wantedBy;
    promise.abort();
  };

  const write = async (change: Change): Promise<void> => {
    for (let attempt = 1; attempt <= maxWrites; attempt += 1) {
      if (loss.signal.aborted) return;
      // Counted from before the write: whoever sees it sees it later than this.
      const startedMs = runtime.now();
      try {
        const document = changed(change);
        const outcome = await leases.batch(current.id, [{ kind: 'replace', document, ifMatch: current._etag }]);
        const written = outcome.applied ? outcome.results[0]?.document : undefined;
        if (written !== undefined) {
          current = written as Stored<LeaseDocument>;
          renewedAtMs = startedMs;
          return;
        }
      } catch (error) {
        if (!isContainerError(error) || error.code !== 'outcome-unknown') throw error;
      }
      // The etag moved on, or the answer was lost. While the lease is this instance's, its own write moved it, or one that asks for it.
      adopt((await leases.read(current.id, current.id)).document as Stored<LeaseDocument> | undefined);
    }
    if (!loss.signal.aborted) {
      throw new ContainerError(
        'outcome-unknown',
        leases.name,
        `lease ${current.id}: no clear answer in ${maxWrites} writes`,
      );
    }
  };

  return {
    get continuation() {
      return current.continuation;
    },
    get from() {
      return current.from;
    },
    get generation() {
      return current.generation ?? 0;
    },
    lost: loss.signal,
    promised: promise.signal,
    get promisedTo() {
      return promisedTo;
    },
    isCurrent: () => !loss.signal.aborted && runtime.now() - renewedAtMs < leaseDurationMs,
    save: (continuation) => write({ continuation, keep: true }),
    async release(continuation) {
      await write({ continuation, keep: false });
      loss.abort();
    },
    async replaceBy(children, continuation) {
      await write({ continuation, keep: false, children });
      loss.abort();
    },
  };
}
