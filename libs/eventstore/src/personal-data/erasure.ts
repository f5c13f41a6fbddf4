import type { Container } from '@daybook/ports';
import type { AuditLog } from '../audit/audit-log.ts';
import type { StoredEvent } from '../stored-event.ts';
import type { PersonalData } from './personal-data.ts';
import type { ErasureRequest, KeyErasure, SubjectKeys } from './subject-key.ts';
import { type SubjectStreams, subjectStreams } from './subject-streams.ts';

/** Something that was made of events: one document per stream. */
export interface DerivedData {
  readonly kind: 'read-model' | 'snapshot';
  readonly name: string;
  /**
   * Needed where it is made with a codec that opens personal data: removes or rebuilds what it holds of the stream. Doing it twice does
   * no harm. Without it, it holds no personal field: its codec withholds them.
   */
  readonly forget?: (streamId: string) => Promise<void>;
}

export interface ErasureOptions {
  readonly keys: Pick<SubjectKeys, 'erase'>;
  /** The service's events, to find the subject's streams in. */
  readonly events: Container<StoredEvent>;
  readonly personal: PersonalData;
  readonly audit: AuditLog;
  readonly derived: readonly DerivedData[];
  /** How long backups of the key container are kept, in days. */
  readonly keyBackupDays: number;
}

/** What was erased, for whom it may concern. Itself without personal data but the subject's id. */
export interface ErasureReceipt extends SubjectStreams {
  readonly subject: string;
  /** The key that was destroyed. */
  readonly kid: string;
  readonly erasedAt: string;
  readonly actor: string;
  readonly reason: string;
  /** What was made of these streams, and whether it had personal fields in clear, which were removed. */
  readonly derived: readonly {
    readonly kind: DerivedData['kind'];
    readonly name: string;
    readonly personalFields: 'none' | 'removed';
  }[];
  /** From then on no process has the key in memory. */
  readonly keyCachesEndAt: string;
  /** From then on no backup holds the key. Until then, whoever restores one and may use the wrapping key could bring it back. */
  readonly keyBackupsEndAt: string;
}

/**
 * Erases a subject: destroys the key, clears what was derived, and puts a receipt on record.
 *
 * Each step can be repeated, and the document of the key keeps who asked and why: after a crash between any two of them the same call,
 * by whomever, finishes the same erasure.
 *
 * @returns the receipt; `undefined` when there never were personal data of the subject. @throws AuditUnavailable: the key is destroyed,
 *   call again for the receipt
 */
export function createErasure(options: ErasureOptions) {
  const { keys, events, personal, audit, derived, keyBackupDays } = options;

  const receiptOf = async (erasure: KeyErasure): Promise<ErasureReceipt> => {
    const { subject, kid, erasedAt, actor, reason, cachesEndAt } = erasure;
    const { streams, streamCount } = await subjectStreams(events, personal, subject, async (streamId) => {
      for (const { forget } of derived) await forget?.(streamId);
    });
    const backupsEnd = Date.parse(erasedAt) + keyBackupDays * 24 * 60 * 60_000;
    return {
      ...{ subject, kid, erasedAt, actor, reason, streamCount, streams },
      derived: derived.map(({ kind, name, forget }) => ({
        kind,
        name,
        personalFields: forget === undefined ? 'none' : 'removed',
      })),
      keyCachesEndAt: cachesEndAt,
      keyBackupsEndAt: new Date(backupsEnd).toISOString(),
    };
  };

  return async (subject: string, request: ErasureRequest): Promise<ErasureReceipt | undefined> => {
    const erasure = await keys.erase(subject, request);
    if (erasure === undefined) return undefined;
    const streamId = `subject-${subject}`;
    const before = await audit.find(streamId, erasure.kid);
    if (before !== undefined) return before.details as unknown as ErasureReceipt;
    const { kid: id, actor, reason, traceparent } = erasure;
    const traceId = traceparent.split('-')[1] ?? '';
    const details = { ...(await receiptOf(erasure)) };
    const record = await audit.record({ id, streamId, action: 'subject-erased', actor, reason, traceId, details });
    return record.details as unknown as ErasureReceipt;
  };
}

export type Erasure = ReturnType<typeof createErasure>;
