import { type BatchOutcome, isContainerError } from '@daybook/ports';
import type { Cost } from './costs/cost.ts';
import type { Database } from './database.ts';
import { AppendOutcomeUnknown, StreamDiverged } from './errors.ts';
import type { AppendReceipt, StreamHead } from './event-store.ts';
import { isTransient } from './retry.ts';
import type { StoredEvent } from './stored-event.ts';

/**
 * The guard and the creates, until the database says whether they were applied. The guard is a read of the predecessor: without it
 * nothing is applied, so there is never a gap.
 *
 * @throws AppendOutcomeUnknown where the retry budget is spent before
 */
export async function writeBatch(
  database: Database,
  streamId: string,
  commandKey: string,
  head: StreamHead,
  events: readonly StoredEvent[],
): Promise<BatchOutcome> {
  const creates = events.map((document) => ({ kind: 'create', document }) as const);
  const operations = head.version === 0 ? creates : [{ kind: 'read', id: String(head.version) } as const, ...creates];
  let perhapsDone = false;
  for (;;) {
    try {
      const outcome = await database.write(streamId, operations);
      if (outcome.applied) checkGuard(streamId, head, outcome);
      return outcome;
    } catch (error) {
      perhapsDone ||= isContainerError(error) && error.code === 'outcome-unknown';
      const again = isTransient(error) && (await database.budget.pause(error));
      if (again) continue;
      if (perhapsDone || isTransient(error)) throw new AppendOutcomeUnknown(streamId, commandKey, error);
      throw error;
    }
  }
}

function checkGuard(streamId: string, head: StreamHead, outcome: BatchOutcome & { applied: true }): void {
  if (head.version === 0) return;
  const actualHash = outcome.results[0]?.document?.['hash'];
  if (actualHash !== head.hash) throw new StreamDiverged(streamId, head.version, head.hash, String(actualHash));
}

/** @param events those of one command, in order */
export function receiptFor(events: readonly StoredEvent[], duplicate: boolean, cost: Cost): AppendReceipt {
  const first = events[0] as StoredEvent;
  const last = events.at(-1) as StoredEvent;
  return {
    streamId: first.streamId,
    fromVersion: first.version,
    toVersion: last.version,
    eventIds: events.map((event) => event.eventId),
    lastHash: last.hash,
    recordedAt: last.recordedAt,
    duplicate,
    ...cost,
  };
}
