import type { CloudEvent } from '@daybook/contracts';
import type { AuditAction, AuditLog } from '@daybook/eventstore';
import type { DeadLetters } from './dead-letters.ts';

/** What is meant: a key, one message of it, or all failures of one kind. */
export type DeadLetterSelection =
  | { readonly key: string; readonly messageId?: string; readonly fingerprint?: never }
  | { readonly fingerprint: string; readonly key?: never; readonly messageId?: never };

/** Who acts, and why: on record before anything is done. */
export interface DeadLetterAction {
  /** `operator:<id>`. */
  readonly actor: string;
  /** 1 to 500 characters. */
  readonly reason: string;
  /** Trace id of the request: 32 hex digits. */
  readonly traceId: string;
}

/** Where a replay stopped. */
export interface ReplayStop {
  readonly key: string;
  readonly messageId: string;
  readonly error: unknown;
}

export interface ReplayReport {
  /** Messages handled and removed. */
  readonly replayed: number;
  /** True: nothing of what was meant is parked any more. */
  readonly unblocked: boolean;
  readonly stoppedAt: readonly ReplayStop[];
  /** True: there are more keys; ask again. */
  readonly more: boolean;
}

export interface DiscardReport {
  /** Ids of the messages that are gone. */
  readonly discarded: readonly string[];
  /** False: other messages are parked under the same keys, which stay as they are. */
  readonly unblocked: boolean;
  readonly more: boolean;
}

/**
 * Replays and discards, each on record in the audit log with actor and reason: once before anything is done, and once with how it ended.
 *
 * Both throw `AuditUnavailable` where the first record cannot be written, and then nothing is done; `ContainerError`.
 */
export interface DeadLetterOperations {
  replay(
    consumer: string,
    selection: Exclude<DeadLetterSelection, { readonly messageId: string }>,
    action: DeadLetterAction,
    handle: (message: CloudEvent) => Promise<void>,
  ): Promise<ReplayReport>;
  discard(consumer: string, selection: DeadLetterSelection, action: DeadLetterAction): Promise<DiscardReport>;
}

export function deadLetterOperations(options: {
  readonly deadLetters: DeadLetters;
  readonly audit: AuditLog;
  /** Told when the outcome of what was done could not be recorded. */
  readonly onUnrecorded?: (error: unknown, of: DeadLetterAction & { readonly consumer: string }) => void;
}): DeadLetterOperations {
  const { deadLetters, audit } = options;

  const recorded = async <R>(
    what: { readonly action: AuditAction; readonly consumer: string; readonly selection: DeadLetterSelection },
    by: DeadLetterAction,
    work: () => Promise<R>,
    outcomeOf: (result: R) => { readonly [field: string]: unknown },
  ): Promise<R> => {
    const entry = { ...by, action: what.action, streamId: `dead-letters-${what.consumer}` };
    const { id } = await audit.record({ ...entry, details: { ...what.selection } });
    const outcome = (details: object): Promise<unknown> =>
      audit
        .record({ ...entry, id: `${id}-outcome`, details: { ...what.selection, ...details } })
        .catch((error: unknown) => options.onUnrecorded?.(error, { ...by, consumer: what.consumer }));
    try {
      const result = await work();
      await outcome(outcomeOf(result));
      return result;
    } catch (error) {
      await outcome({ failed: error instanceof Error ? error.name : String(error) });
      throw error;
    }
  };

  const replay = async (
    consumer: string,
    selection: DeadLetterSelection,
    handle: (message: CloudEvent) => Promise<void>,
  ): Promise<ReplayReport> => {
    if (selection.fingerprint !== undefined) {
      const { keys: _keys, ...report } = await deadLetters.replayGroup(consumer, selection.fingerprint, handle);
      return { ...report, unblocked: report.stoppedAt.length === 0 && !report.more };
    }
    const { key } = selection;
    const { replayed, unblocked, stoppedAt } = await deadLetters.replay(consumer, key, handle);
    return { replayed, unblocked, stoppedAt: stoppedAt === undefined ? [] : [{ key, ...stoppedAt }], more: false };
  };
  const discard = async (consumer: string, selection: DeadLetterSelection): Promise<DiscardReport> => {
    if (selection.fingerprint === undefined) {
      return { ...(await deadLetters.discard(consumer, selection.key, selection.messageId)), more: false };
    }
    const { discarded, blocked, more } = await deadLetters.discardGroup(consumer, selection.fingerprint);
    return { discarded, unblocked: blocked.length === 0 && !more, more };
  };

  return {
    replay: (consumer, selection, action, handle) =>
      recorded(
        { action: 'dead-letters-replayed', consumer, selection },
        action,
        () => replay(consumer, selection, handle),
        ({ replayed, unblocked, stoppedAt }) => ({ replayed, unblocked, stopped: stoppedAt.length }),
      ),
    discard: (consumer, selection, action) =>
      recorded(
        { action: 'dead-letters-discarded', consumer, selection },
        action,
        () => discard(consumer, selection),
        ({ discarded, unblocked }) => ({ discarded: discarded.slice(0, 100), count: discarded.length, unblocked }),
      ),
  };
}
