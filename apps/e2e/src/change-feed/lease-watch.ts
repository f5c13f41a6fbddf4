import { setTimeout as pause } from 'node:timers/promises';
import { createFeedAdmin } from '@daybook/change-feed';
import { type Container, isContainerError, systemRuntime } from '@daybook/ports';

/** Looks at the leases all the time, and tells when one went back. */
export interface LeaseWatch {
  /** Of the ranges that are read now. */
  owners(): readonly (string | undefined)[];
  /** Leases that were written by somebody who had lost them, or whose checkpoint went back. */
  violations(): readonly string[];
  stop(): void;
}

interface Seen {
  readonly owner: string | undefined;
  readonly acquisitions: number;
  readonly renewals: number;
  readonly lsn: number;
}

export function watchLeases(leases: Container, feed: string): LeaseWatch {
  const seen = new Map<string, Seen>();
  const violations: string[] = [];
  let owners: readonly (string | undefined)[] = [];
  let stopped = false;
  const admin = createFeedAdmin({ leases, source: leases, runtime: systemRuntime() });

  const look = async (): Promise<void> => {
    const found = await admin.feeds();
    owners = found.find(({ name }) => name === feed)?.ranges.map(({ owner }) => owner) ?? [];
    const { documents } = await leases.query({ limit: 1_000 });
    for (const document of documents) {
      if (!('acquisitions' in document)) continue;
      const now = seenIn(document);
      const before = seen.get(document.id);
      seen.set(document.id, now);
      if (before === undefined) continue;
      const back = now.acquisitions < before.acquisitions || now.renewals < before.renewals || now.lsn < before.lsn;
      const stolen =
        now.acquisitions === before.acquisitions &&
        now.owner !== undefined &&
        before.owner !== undefined &&
        now.owner !== before.owner;
      if (back || stolen) violations.push(`${document.id}: ${JSON.stringify(before)} → ${JSON.stringify(now)}`);
    }
  };
  const run = async (): Promise<void> => {
    while (!stopped) {
      try {
        await look();
      } catch (error) {
        if (!isContainerError(error)) throw error;
      }
      await pause(40);
    }
  };
  void run();
  return {
    owners: () => owners,
    violations: () => violations,
    stop() {
      stopped = true;
    },
  };
}

function seenIn(document: Readonly<Record<string, unknown>>): Seen {
  const { owner, acquisitions, renewals, continuation } = document as Partial<Seen> & {
    readonly continuation?: string;
  };
  return { owner, acquisitions: Number(acquisitions), renewals: Number(renewals ?? 0), lsn: lsnOf(continuation) };
}

/** Of the SDK's continuation: the least of its parts. */
function lsnOf(continuation: string | undefined): number {
  if (continuation === undefined) return 0;
  const { Continuation: parts } = JSON.parse(continuation) as {
    readonly Continuation: readonly { readonly continuationToken: string }[];
  };
  return Math.min(...parts.map(({ continuationToken }) => Number(continuationToken.replaceAll('"', ''))));
}
