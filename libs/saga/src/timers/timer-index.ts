import type { Document, Stored } from '@daybook/ports';
import type { SagaEvent } from '../events/saga-events.ts';

/** Name of the read model that timers are found in by their time. */
export const timersModel = 'saga-timers';

/** Partitions of the index: each is asked for what is due. Changing it needs a rebuild of the index. */
export const timerShards = 4;

export interface DueTimer {
  readonly timerId: string;
  /** UTC, ISO 8601. */
  readonly dueAt: string;
}

/** The timers of one saga that are current: there is a document as long as there is a timer. */
export interface TimerDocument extends Document {
  /** The saga's stream. */
  readonly id: string;
  readonly model: typeof timersModel;
  readonly partition: string;
  readonly sagaId: string;
  /** Version of the saga's stream that it is up to. */
  readonly streamVersion: number;
  readonly timers: readonly DueTimer[];
  /** Of the earliest one. */
  readonly dueAt: string;
}

/** Pure projection of a saga's stream into its current timers. */
export function projectTimers(timers: readonly DueTimer[], event: SagaEvent): readonly DueTimer[] {
  switch (event.type) {
    case 'TimerScheduled': {
      const { timerId, dueAt } = event.data;
      return [...timers.filter((timer) => timer.timerId !== timerId), { timerId, dueAt }];
    }
    case 'TimerFired':
      return without(timers, [event.data.timerId]);
    case 'TimersCancelled':
      return without(timers, event.data.timerIds);
    case 'InputIgnored':
      return event.data.reason === 'timer-not-current' ? without(timers, [event.data.input]) : timers;
    case 'SagaCompleted':
    case 'SagaCompensated':
      return [];
    default:
      return timers;
  }
}

export function without(timers: readonly DueTimer[], timerIds: readonly string[]): readonly DueTimer[] {
  return timers.some(({ timerId }) => timerIds.includes(timerId))
    ? timers.filter(({ timerId }) => !timerIds.includes(timerId))
    : timers;
}

/** The document that keeps these timers; `undefined` for none. */
export function timerDocument(
  streamId: string,
  streamVersion: number,
  timers: readonly DueTimer[],
): TimerDocument | undefined {
  const [earliest] = timers.map((timer) => timer.dueAt).sort();
  if (earliest === undefined) return undefined;
  const sagaId = streamId.replace(/^saga-/, '');
  const partition = timerPartition(streamId);
  return { id: streamId, model: timersModel, partition, sagaId, streamVersion, timers, dueAt: earliest };
}

export function timerPartition(streamId: string): string {
  let hash = 0;
  for (let index = 0; index < streamId.length; index += 1)
    hash = (Math.imul(hash, 31) + streamId.charCodeAt(index)) >>> 0;
  return partitionOfShard(hash % timerShards);
}

export function partitionOfShard(shard: number): string {
  return `${timersModel}:${shard}`;
}

export type StoredTimers = Stored<TimerDocument>;
