import type { FeedRange } from '@daybook/ports';
import type { StreamProblem } from '../verify-stream.ts';

/** A stream that is not what was appended. */
export interface BadStream {
  readonly streamId: string;
  /** The first bad event: the one that should stand there, or does and is wrong. */
  readonly version: number;
  readonly problem: StreamProblem;
  readonly message: string;
}

/** One part of the container and how far the walk has come in it. */
export interface WalkedRange extends FeedRange {
  /** Absent where the walk has not begun. */
  readonly continuation?: string;
  readonly done: boolean;
}

/** Where a walk stands: plain JSON, to be kept and given again. */
export interface VerifyCheckpoint {
  readonly format: 'daybook-verify/1';
  /** Name of the container that it is about. */
  readonly container: string;
  readonly ranges: readonly WalkedRange[];
  /** Events looked at. */
  readonly events: number;
  /** Streams whose first event was seen. */
  readonly streams: number;
  readonly bad: readonly BadStream[];
  /** Bad events of streams that no longer fitted into `bad`. */
  readonly unlisted: number;
}

/** The checkpoint of a walk that has not begun. */
export function newWalk(container: string, ranges: readonly FeedRange[]): VerifyCheckpoint {
  const none = { events: 0, streams: 0, bad: [], unlisted: 0 };
  return { format: 'daybook-verify/1', container, ranges: ranges.map((range) => ({ ...range, done: false })), ...none };
}

/** @throws TypeError for what is no checkpoint, or one of another container: a walk resumed with it would pass over events. */
export function checkWalk(checkpoint: unknown, container: string): VerifyCheckpoint {
  const { format, ranges, bad, ...rest } = (checkpoint ?? {}) as Partial<VerifyCheckpoint>;
  const counts = [rest.events, rest.streams, rest.unlisted];
  if (
    format !== 'daybook-verify/1' ||
    !Array.isArray(ranges) ||
    !ranges.every(isWalkedRange) ||
    !Array.isArray(bad) ||
    !counts.every((count) => Number.isInteger(count))
  ) {
    throw new TypeError('this is not a checkpoint of a verification');
  }
  if (rest.container !== container) {
    throw new TypeError(`this checkpoint is one of container ${String(rest.container)}, not of ${container}`);
  }
  return checkpoint as VerifyCheckpoint;
}

function isWalkedRange(range: unknown): range is WalkedRange {
  const { id, minInclusive, maxExclusive, continuation, done } = (range ?? {}) as Partial<WalkedRange>;
  return (
    [id, minInclusive, maxExclusive].every((text) => typeof text === 'string') &&
    ['undefined', 'string'].includes(typeof continuation) &&
    typeof done === 'boolean'
  );
}
