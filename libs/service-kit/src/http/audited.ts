import {
  type AuditEntry,
  type AuditLog,
  type EventStore,
  openEvents,
  type PersonalDataReader,
  type StoredEvent,
  withholdPersonalData,
} from '@daybook/eventstore';
import type { Runtime } from '@daybook/ports';
import type { Request } from 'express';
import { actorOf, header, traceparentOf } from './headers.ts';
import { shownEvent } from './shown-event.ts';

/** What people read events through: every page is on record before it is shown. */
export interface EventReading {
  readonly store: EventStore;
  readonly audit: AuditLog;
  readonly runtime: Runtime;
  /** Opens personal data for who reads, if they say who they are. Without it they stay as they are stored, which is ciphertext. */
  readonly personalData?: PersonalDataReader;
}

const reasonPattern = /^[\x20-\x7e]{1,500}$/;

/**
 * Puts on record who reads (`X-Actor`), what, and why (`X-Audit-Reason`, optional). To be awaited before the answer is given: one write.
 *
 * @throws Problem 400 for a header that cannot be used; AuditUnavailable, which is answered with 503 and shows nothing
 */
export async function recordRead(
  { audit, runtime }: Pick<EventReading, 'audit' | 'runtime'>,
  request: Request,
  read: Pick<AuditEntry, 'action' | 'streamId' | 'fromVersion' | 'toVersion' | 'details'>,
): Promise<void> {
  const reason = header(request, 'X-Audit-Reason', reasonPattern, 'must be 1 to 500 printable ASCII characters');
  const traceId = traceparentOf(request, runtime).split('-')[1] as string;
  await audit.record({
    ...read,
    actor: actorOf(request) ?? 'anonymous',
    traceId,
    ...(reason === undefined ? {} : { reason }),
  });
}

/** Events as who reads may see them: personal data only for those who say who they are, so that the record names somebody. */
export async function shownEvents(
  { personalData }: Pick<EventReading, 'personalData'>,
  request: Request,
  events: readonly StoredEvent[],
): Promise<object[]> {
  if (personalData === undefined) return events.map(shownEvent);
  const mayOpen = actorOf(request) !== undefined;
  const shown = mayOpen ? await openEvents(events, personalData) : withholdPersonalData(events, personalData.personal);
  return shown.map(shownEvent);
}
