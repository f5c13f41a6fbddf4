import { ContainerError, type Stored, isContainerError, isoNow } from '@daybook/ports';
import type { LeaseDocument, LeaseSettings } from './lease-store.ts';

/** A lease that this instance took. Its calls must not overlap. */
export interface HeldLease {
  /** The checkpoint as stored. */
  readonly continuation: string | undefined;
  /** Aborted once another has taken the lease, or it was given back. */
  readonly lost: AbortSignal;
  /** False from the moment on when, by this instance's clock, another may have taken it. Renewal can still succeed. */
  isCurrent(): boolean;
  /** Renews it and writes the checkpoint, in one. @throws ContainerError when that failed and the lease may still be held. */
  save(continuation: string | undefined): Promise<void>;
  /** Writes the checkpoint and gives the lease back. @throws ContainerError */
  release(continuation: string | undefined): Promise<void>;
}

const maxWrites = 4;

export function holdLease(settings: LeaseSettings, taken: Stored<LeaseDocument>, takenAtMs: number): HeldLease {
  const { instance, leases, runtime, leaseDurationMs } = settings;
  const loss = new AbortController();
  let current = taken;
  let renewedAtMs = takenAtMs;

  const write = async (continuation: string | undefined, owner: string | undefined): Promise<void> => {
    for (let attempt = 1; attempt <= maxWrites; attempt += 1) {
      if (loss.signal.aborted) return;
      // Counted from before the write: whoever sees it sees it later than this.
      const startedMs = runtime.now();
      const document: LeaseDocument = {
        id: current.id,
        feed: current.feed,
        range: current.range,
        renewedAt: isoNow(runtime),
        acquisitions: current.acquisitions,
        ...(owner === undefined ? {} : { owner }),
        ...(continuation === undefined ? {} : { continuation }),
      };
      try {
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
      // The etag moved on, or the answer was lost. While the owner is this instance, the write that moved it was its own.
      const stored = (await leases.read(current.id, current.id)).document as Stored<LeaseDocument> | undefined;
      if (stored?.owner === instance) current = stored;
      else loss.abort();
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
    lost: loss.signal,
    isCurrent: () => !loss.signal.aborted && runtime.now() - renewedAtMs < leaseDurationMs,
    save: (continuation) => write(continuation, instance),
    async release(continuation) {
      await write(continuation, undefined);
      loss.abort();
    },
  };
}
