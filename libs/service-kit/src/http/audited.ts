import type { AuditEntry, AuditLog, EventStore, PersonalDataReader, StoredEvent } from '@daybook/eventstore';
import { openEvents } from '@daybook/eventstore';
import type { Runtime } from '@daybook/ports';
import type { Request } from 'express';
import { actorOf, header, traceparentOf } from './headers.ts';
import { shownEvent } from './shown-event.ts';

/** What people read events through: every page is on record before it is shown. */
export interface EventReading {
  readonly store: EventStore;
  readonly audit: AuditLog;
  readonly runtime: Runtime;
  /** Opens personal data for who reads. Without it they stay as they are stored, which is ciphertext. */
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

/** Events as the reader may see them. */
export async function shownEvents(
  { personalData }: Pick<EventReading, 'personalData'>,
  events: readonly StoredEvent[],
): Promise<object[]> {
  return (personalData === undefined ? events : await openEvents(events, personalData)).map(shownEvent);
}
