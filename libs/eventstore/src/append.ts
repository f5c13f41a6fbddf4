import { appendBytesMax, buildEvents, checkRequest, emptyHead } from './build-events.ts';
import type { Database } from './database.ts';
import {
  AppendOutcomeUnknown,
  AppendTooLarge,
  ConcurrencyConflict,
  ExpectedVersionAhead,
  InvalidAppend,
  isConcurrencyConflict,
  isExpectedVersionAhead,
} from './errors.ts';
import type { AppendReceipt, AppendRequest, StreamHead } from './event-store.ts';
import { readHead } from './lookup.ts';
import { isTransient } from './retry.ts';
import { isOwnAppend, settle } from './settle.ts';
import type { StoredEvent } from './stored-event.ts';
import { receiptFor, writeBatch } from './write-batch.ts';

/** See {@link EventStore.append}. */
export async function append(database: Database, request: AppendRequest): Promise<AppendReceipt> {
  checkRequest(request);
  for (;;) {
    try {
      return await appendAt(database, request, request.head ?? (await resolveHead(database, request)));
    } catch (error) {
      const lostRace = isConcurrencyConflict(error) || isExpectedVersionAhead(error);
      if (request.expectedVersion !== 'any' || !lostRace || !(await database.budget.pause())) {
        throw lostRace || !isTransient(error)
          ? error
          : new AppendOutcomeUnknown(request.streamId, request.metadata.commandKey, error);
      }
    }
  }
}

async function appendAt(database: Database, request: AppendRequest, head: StreamHead): Promise<AppendReceipt> {
  const { streamId, metadata } = request;
  // Built once: an attempt that was executed without an answer is recognised by its event ids.
  const events = buildEvents(request, head, database.runtime);
  for (;;) {
    const outcome = await writeBatch(database, streamId, metadata.commandKey, head, events);
    if (outcome.applied) return receiptFor(events, false, database.cost());
    if (outcome.status === 413) throw new AppendTooLarge(streamId, 'the append', appendBytesMax, appendBytesMax);

    const settled = await settle(database, { streamId, commandKey: metadata.commandKey, head, events });
    switch (settled.kind) {
      case 'appended':
        return receiptFor(settled.events, !isOwnAppend(settled.events, events), database.cost());
      case 'conflict':
        throw new ConcurrencyConflict(streamId, head.version, settled.actualVersion);
      case 'ahead':
        throw new ExpectedVersionAhead(streamId, head.version, settled.actualVersion);
      case 'unsettled':
        if (await database.budget.pause()) continue;
        throw new AppendOutcomeUnknown(streamId, metadata.commandKey, new Error(settled.reason));
    }
  }
}

async function resolveHead(database: Database, request: AppendRequest): Promise<StreamHead> {
  const { streamId, expectedVersion } = request;
  if (expectedVersion === 'any') return (await readHead(database, streamId)) ?? emptyHead;
  if (expectedVersion === 'none' || expectedVersion === 0) return emptyHead;
  const outcome = await database.readAtPrimary(streamId, [expectedVersion]);
  if (outcome.applied) return outcome.results[0]?.document as unknown as StoredEvent;
  if (outcome.status !== 404) throw new InvalidAppend('expectedVersion', `could not be read: status ${outcome.status}`);
  // The guard will refuse it; until then its hash and time do not matter.
  return { ...emptyHead, version: expectedVersion };
}
