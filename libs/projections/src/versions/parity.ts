import type { Runtime } from '@daybook/ports';
import type { Build, Scanned } from '../build.ts';
import { type Comparable, createTally, type Difference, differenceOf } from './difference.ts';

/** What a comparison of a candidate with the build that serves came to. */
export interface ParityReport {
  readonly serving: number;
  readonly candidate: number;
  /** UTC, ISO 8601: when it ended. */
  readonly checkedAt: string;
  readonly durationMs: number;
  /** No difference at all. */
  readonly clean: boolean;
  /** Documents of each. */
  readonly counts: { readonly serving: number; readonly candidate: number };
  /** Sums over the documents of each, whatever their order: equal where all are. Hexadecimal. */
  readonly checksums: { readonly serving: string; readonly candidate: string };
  readonly differences: {
    /** In the serving build only. */
    readonly missing: number;
    /** In the candidate only. */
    readonly surplus: number;
    readonly different: number;
    /** Never met at the same version: the candidate has not caught up, or has lost events. */
    readonly behind: number;
  };
  /** The first of them. */
  readonly samples: readonly Difference[];
}

export interface ParityOptions {
  readonly serving: { readonly build: number; readonly documents: Build };
  readonly candidate: { readonly build: number; readonly documents: Build };
  readonly comparable: Comparable;
  readonly runtime: Pick<Runtime, 'now' | 'sleep'>;
  /** How often documents that differ are looked at again, because events go on while they are compared. Default 8. */
  readonly rounds?: number;
  /** The pause before each look; default 250. */
  readonly pauseMs?: number;
}

const pageSize = 1_000;
const samplesMax = 20;
/** More are not looked at again: something is wrong with all of them. */
const doubtsMax = 2_000;
const atOnce = 16;

/**
 * Compares all documents of two builds while both follow the events: page by page in the order of their keys. Those that differ are looked
 * at again, since one of the two may have been a moment ahead; what is different at the same version, or stays so, is a difference.
 */
export async function checkParity(options: ParityOptions): Promise<ParityReport> {
  const { serving, candidate, comparable, runtime, rounds = 8, pauseMs = 250 } = options;
  const startedMs = runtime.now();
  const tally = createTally();
  const compare = (key: string, one: Scanned | undefined, other: Scanned | undefined): Difference | undefined => {
    const difference = differenceOf(key, one, other, comparable);
    if (difference === undefined) tally.add(key, one, other, comparable);
    return difference;
  };
  const lookAgain = async ({ key }: Difference): Promise<Difference | undefined> => {
    const [one, other] = await Promise.all([serving.documents.look(key), candidate.documents.look(key)]);
    return one === undefined && other === undefined ? undefined : compare(key, one, other);
  };

  const sure: Difference[] = [];
  let doubts: Difference[] = [];
  for await (const [key, one, other] of sideBySide(serving.documents, candidate.documents)) {
    const difference = compare(key, one, other);
    if (difference === undefined) continue;
    // Of one stream at one version: that does not change by waiting.
    const isSure = difference.kind === 'different' && one?.streamVersion !== undefined;
    (isSure || doubts.length >= doubtsMax ? sure : doubts).push(difference);
  }
  for (let round = 0; round < rounds && doubts.length > 0; round += 1) {
    await runtime.sleep(pauseMs);
    const still = await inParallel(doubts, lookAgain);
    const stands = round > 1 && still.length === doubts.length;
    doubts = still;
    if (stands) break;
  }
  const left = [...sure, ...doubts];
  await inParallel(left, async ({ key }) => {
    tally.add(key, await serving.documents.look(key), await candidate.documents.look(key), comparable);
    return undefined;
  });
  const count = (kind: Difference['kind']): number => left.filter((each) => each.kind === kind).length;
  return {
    ...{ serving: serving.build, candidate: candidate.build },
    ...{ checkedAt: new Date(runtime.now()).toISOString(), durationMs: runtime.now() - startedMs },
    clean: left.length === 0,
    ...tally.result(),
    differences: {
      missing: count('missing'),
      surplus: count('surplus'),
      different: count('different'),
      behind: count('behind'),
    },
    samples: left.slice(0, samplesMax),
  };
}

/** What the work gives of each, a few at a time, without `undefined`. */
async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R | undefined>): Promise<R[]> {
  const results: R[] = [];
  const left = items.values();
  const worker = async (): Promise<void> => {
    for (const item of left) {
      const result = await work(item);
      if (result !== undefined) results.push(result);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return results;
}

/** Both builds' documents by key, in one pass. */
async function* sideBySide(
  serving: Build,
  candidate: Build,
): AsyncGenerator<readonly [string, Scanned | undefined, Scanned | undefined]> {
  const [ones, others] = [pages(serving), pages(candidate)];
  let one = await ones.next();
  let other = await others.next();
  while (one.done !== true || other.done !== true) {
    const [left, right] = [one.done === true ? undefined : one.value, other.done === true ? undefined : other.value];
    if (right === undefined || (left !== undefined && left.key < right.key)) {
      yield [left?.key ?? '', left, undefined];
      one = await ones.next();
    } else if (left === undefined || right.key < left.key) {
      yield [right.key, undefined, right];
      other = await others.next();
    } else {
      yield [left.key, left, right];
      [one, other] = [await ones.next(), await others.next()];
    }
  }
}

async function* pages(build: Build): AsyncGenerator<Scanned> {
  let after: string | undefined;
  for (;;) {
    const page = await build.scan(after, pageSize);
    yield* page;
    after = page.at(-1)?.key;
    if (page.length < pageSize) return;
  }
}
