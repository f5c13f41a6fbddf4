import { setTimeout as pause } from 'node:timers/promises';
import type { Services } from './operations/context.ts';
import type { FeedRange } from './protocol/feed-ranges.ts';
import { middleOf } from './protocol/feed-ranges.ts';
import { limits } from './protocol/limits.ts';
import { isObject } from './protocol/message.ts';
import type { ContainerRecord } from './storage/catalog.ts';
import type { GroupCommit } from './storage/group-commit.ts';

/** Which range to split. */
export interface SplitOptions {
  readonly database: string;
  readonly container: string;
  /** As the SDK names it: "0", "1", …. Default the range with the most items, the widest of equal ones. */
  readonly rangeId?: string | undefined;
  /** How long the split takes; requests to the range are answered 410 with substatus 1007 meanwhile. Default 0. */
  readonly durationMs?: number | undefined;
}

/** What came of it. */
export interface Split {
  readonly parent: string;
  readonly children: readonly [string, string];
  /** The effective partition key where the second child begins. */
  readonly cut: string;
}

/** A range cannot be split; `message` says why. */
export class SplitRefusedError extends Error {
  readonly code = 'split-refused';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SplitRefusedError';
  }
}

/** Tells a {@link SplitRefusedError}. */
export const isSplitRefused = (error: unknown): error is SplitRefusedError =>
  error instanceof Error && 'code' in error && error.code === 'split-refused';

const durationMsMax = 60_000;

/** Splits ranges while their readers run. */
export interface Splitter {
  split(options: SplitOptions): Promise<Split>;
  /** Ends splits that are under way; they have not happened. */
  close(): void;
}

const texts = ['database', 'container', 'rangeId'] as const;

/** Reads what came as JSON. Throws {@link SplitRefusedError}. */
export const parseSplit = (options: unknown): SplitOptions => {
  if (!isObject(options)) throw new SplitRefusedError('A split must be an object {database, container}.');
  const other = Object.keys(options).find((name) => ![...texts, 'durationMs'].includes(name));
  if (other !== undefined) throw new SplitRefusedError(`A split has no field ${JSON.stringify(other)}.`);
  for (const name of texts) {
    if (typeof options[name] === 'string' || (name === 'rangeId' && options[name] === undefined)) continue;
    throw new SplitRefusedError(`${name} must be a text.`);
  }
  const { durationMs = 0 } = options;
  if (!Number.isInteger(durationMs) || Number(durationMs) < 0 || Number(durationMs) > durationMsMax) {
    throw new SplitRefusedError(`durationMs must be a whole number up to ${durationMsMax}.`);
  }
  return options as unknown as SplitOptions;
};

/** A splitter over the data of an emulator. */
export const createSplitter = (services: Services, commits: GroupCommit): Splitter => {
  const { catalog, ranges, splitting } = services;
  const ending = new AbortController();

  const containerOf = ({ database, container }: SplitOptions): ContainerRecord => {
    try {
      return catalog.container(database, container, false);
    } catch (cause) {
      throw new SplitRefusedError(`There is no container ${database}/${container}.`, { cause });
    }
  };
  const rangeToSplit = ({ number, id }: ContainerRecord, rangeId: string | undefined): FeedRange => {
    const all = ranges.of(number);
    if (all.length >= limits.feedRanges) {
      throw new SplitRefusedError(`${id} has ${all.length} feed ranges, which is the most a container may have.`);
    }
    if (rangeId === undefined) return ranges.fullest(number);
    const found = all.find((range) => String(range.id) === rangeId);
    if (found !== undefined) return found;
    const known = all.map((range) => range.id).join(', ');
    throw new SplitRefusedError(`${id} has no range ${JSON.stringify(rangeId)}; it has ${known}.`);
  };
  const carryOut = (options: SplitOptions, rangeId: string): Split => {
    const container = containerOf(options);
    const parent = rangeToSplit(container, rangeId);
    const cut = middleOf(parent);
    if (cut === undefined) throw new SplitRefusedError(`Range ${rangeId} is too narrow to be split.`);
    const [left, right] = ranges.split(container.number, parent, cut);
    return { parent: rangeId, children: [String(left.id), String(right.id)], cut };
  };

  return {
    split: async (options) => {
      parseSplit(options);
      const container = containerOf(options);
      const { id } = rangeToSplit(container, options.rangeId);
      const name = `${container.number}/${id}`;
      if (splitting.has(name)) throw new SplitRefusedError(`Range ${id} is being split already.`);
      splitting.add(name);
      try {
        const { durationMs = 0 } = options;
        if (durationMs > 0) await pause(durationMs, undefined, { signal: ending.signal });
        return await commits.run(() => carryOut(options, String(id)), true);
      } catch (cause) {
        if (!ending.signal.aborted) throw cause;
        throw new SplitRefusedError('The emulator was closed before the split was done.', { cause });
      } finally {
        splitting.delete(name);
      }
    },
    close: () => ending.abort(),
  };
};
