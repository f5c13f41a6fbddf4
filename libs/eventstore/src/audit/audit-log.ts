import { type Container, type Document, isoNow, type Runtime } from '@daybook/ports';
import { isTransient, resolveRetryPolicy, type RetryPolicy, retryBudget } from '../retry.ts';

/**
 * What is on record: events as they are stored, a state made of them as of a moment, a history by correlation; a subject's erasure; what an
 * operator did with dead letters and feeds.
 */
export type AuditAction =
  | 'events-read'
  | 'past-read'
  | 'correlation-read'
  | 'subject-erased'
  | 'dead-letters-replayed'
  | 'dead-letters-discarded'
  | 'outbox-retried'
  | 'feed-rewound';

/** What somebody does. None of it may hold personal data but who does it. */
export interface AuditEntry {
  readonly action: AuditAction;
  /** What it is about, and the partition of its record: a stream, `subject-<id>`, `correlation-<id>`. */
  readonly streamId: string;
  /** `operator:<id>`, `customer:<id>`, `service:<name>`, `anonymous`. */
  readonly actor: string;
  /** Why, where that was said. */
  readonly reason?: string;
  /** Trace id of the request: 32 hex digits. */
  readonly traceId: string;
  /** First and last version that were read. */
  readonly fromVersion?: number;
  readonly toVersion?: number;
  /** What else belongs to the action: the moment asked for, the receipt of an erasure. */
  readonly details?: { readonly [field: string]: unknown };
  /** Makes the record once only: the same id again in the same partition gives the first record back. Default: a new one. */
  readonly id?: string;
}

export type AuditRecord = Omit<AuditEntry, 'id'> & Document & { readonly at: string };

/** An append-only record of what people did. */
export interface AuditLog {
  /** Returns once the record is stored. @throws AuditUnavailable: then what was to be recorded must not happen */
  record(entry: AuditEntry): Promise<AuditRecord>;
  /** One record, if it is there. */
  find(streamId: string, id: string): Promise<AuditRecord | undefined>;
}

export interface AuditLogOptions {
  /** A container of its own, partition key `/streamId`; the identity needs to create and read, and nothing else. */
  readonly container: Container;
  readonly runtime: Runtime;
  /** A reader waits for this. Default 4 attempts within 2,000 ms. */
  readonly retry?: Partial<RetryPolicy>;
}

/** The record could not be stored. What it is about was not done, or not shown. Try again. */
export class AuditUnavailable extends Error {
  readonly code = 'audit-unavailable';
  readonly action: AuditAction;

  constructor(action: AuditAction, cause: unknown) {
    super(`${action} could not be recorded`, { cause });
    this.name = 'AuditUnavailable';
    this.action = action;
  }
}

export function isAuditUnavailable(error: unknown): error is AuditUnavailable {
  return error instanceof Error && 'code' in error && error.code === 'audit-unavailable';
}

export function createAuditLog({ container, runtime, retry = {} }: AuditLogOptions): AuditLog {
  const policy = resolveRetryPolicy({ attemptsMax: 4, budgetMs: 2_000, ...retry });

  const find = async (streamId: string, id: string): Promise<AuditRecord | undefined> => {
    const { document } = await container.read(streamId, id);
    return document === undefined ? undefined : withoutSystemFields(document);
  };

  /** The record that is stored now: this one, or the one that was there. */
  const store = async (record: AuditRecord): Promise<AuditRecord> => {
    const outcome = await container.batch(record.streamId, [{ kind: 'create', document: record }]);
    if (outcome.applied) return record;
    if (outcome.status !== 409) throw new Error(`the audit container answered ${outcome.status}`);
    return (await find(record.streamId, record.id)) ?? record;
  };

  return {
    async record(entry) {
      const record: AuditRecord = { ...entry, id: entry.id ?? runtime.newId(), at: isoNow(runtime) };
      const budget = retryBudget(runtime, policy);
      for (;;) {
        try {
          return await store(record);
        } catch (error) {
          if (!isTransient(error) || !(await budget.pause(error))) throw new AuditUnavailable(entry.action, error);
        }
      }
    },
    find,
  };
}

function withoutSystemFields(document: Document): AuditRecord {
  return Object.fromEntries(
    Object.entries(document).filter(([name]) => !name.startsWith('_')),
  ) as unknown as AuditRecord;
}
