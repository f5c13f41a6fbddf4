import type { Container, FeedRange, Page, Runtime } from '@daybook/ports';
import { lruCache } from '../cache.ts';
import type { StreamHead } from '../event-store.ts';
import { GENESIS_HASH } from '../hash.ts';
import { type RetryPolicy, isTransient, resolveRetryPolicy, retryBudget } from '../retry.ts';
import type { StoredEvent } from '../stored-event.ts';
import { type Verification, verifyStream } from '../verify-stream.ts';
import { inParallel } from './in-parallel.ts';
import { type VerifyCheckpoint, type WalkedRange, checkWalk, newWalk } from './walk.ts';

export interface VerifyStreamsOptions {
  /** The events container. Only read. */
  readonly container: Pick<Container, 'name' | 'feedRanges' | 'feedPage' | 'read' | 'query'>;
  readonly runtime: Runtime;
  readonly retry?: Partial<RetryPolicy>;
  /** Where an earlier walk stopped: its checkpoint, as given to `onProgress` or returned. @throws TypeError for any other */
  readonly from?: VerifyCheckpoint;
  /** Feed ranges that are read at the same time. Default 4. */
  readonly parallel?: number;
  /** Events a page, 1 to 1,000. Default 500. Memory holds one page a range. */
  readonly pageSize?: number;
  /** Streams whose last event is remembered; one that is not costs a point read. Default 10,000. */
  readonly headsMax?: number;
  /** Bad streams that are named; what comes after is counted. Default 1,000. */
  readonly badMax?: number;
  /** Awaited after every page. What is kept here can be resumed from. */
  readonly onProgress?: (checkpoint: VerifyCheckpoint) => void | Promise<void>;
  /** Ends the walk after the pages under way. */
  readonly signal?: AbortSignal;
}

export interface VerifyResult extends VerifyCheckpoint {
  /** False where the signal ended the walk. */
  readonly complete: boolean;
}

type Check = Extract<Verification, { ok: false }>;

const pointReadsAtOnce = 16;
const genesis: StreamHead = { version: 0, hash: GENESIS_HASH, recordedAt: '' };

/**
 * Walks through all events of a container and checks each against its content and its predecessor: so every stream is whole from its
 * first event to its last, without ever holding more than a page of it. Finds what was deleted, altered, reordered or wrongly chained
 * before the walk began; a cut-off end needs an anchor. The walk follows the change feed, beside running writers too.
 *
 * @throws ContainerError where a read did not succeed within the retry policy; the last checkpoint stays good
 */
export async function verifyStreams(options: VerifyStreamsOptions): Promise<VerifyResult> {
  const { container, runtime, parallel = 4, pageSize = 500, badMax = 1_000, onProgress, signal } = options;
  const policy = resolveRetryPolicy(options.retry);
  const heads = lruCache<StreamHead>(options.headsMax ?? 10_000);
  const persist = async <R>(request: () => Promise<R>): Promise<R> => {
    const budget = retryBudget(runtime, policy);
    for (;;) {
      try {
        return await request();
      } catch (error) {
        if (!isTransient(error) || !(await budget.pause(error))) throw error;
      }
    }
  };

  const start: VerifyCheckpoint =
    options.from === undefined
      ? newWalk(container.name, await persist(() => container.feedRanges()))
      : checkWalk(options.from, container.name);
  const ranges = [...start.ranges];
  const bad = new Map(start.bad.map((stream) => [stream.streamId, stream]));
  let { events, streams, unlisted } = start;
  const checkpoint = (): VerifyCheckpoint => {
    const { format } = start;
    return {
      format,
      container: container.name,
      ranges: [...ranges],
      events,
      streams,
      bad: [...bad.values()],
      unlisted,
    };
  };

  const predecessorOf = async ({ streamId, version }: StoredEvent): Promise<StreamHead | undefined> => {
    if (version === 1) return genesis;
    const known = heads.get(streamId);
    if (known?.version === version - 1) return known;
    const { document } = await persist(() => container.read(streamId, String(version - 1)));
    return document as unknown as StoredEvent | undefined;
  };

  let naming = 0;
  /** Checks the events of one stream that are on one page; how many bad ones could not be listed. */
  const checkRun = async (streamId: string, run: readonly StoredEvent[]): Promise<number> => {
    let beyond = 0;
    for (const event of run) {
      const problem = await check(event, predecessorOf);
      heads.set(streamId, { version: event.version, hash: event.hash, recordedAt: event.recordedAt });
      if (problem === undefined || bad.has(streamId)) continue;
      if (bad.size + naming >= badMax) {
        beyond += 1;
        continue;
      }
      // What is wrong here may follow from what is wrong before: the stream is read from its beginning to name the first.
      naming += 1;
      bad.set(streamId, { streamId, ...((await firstProblem(streamId)) ?? problem) });
      naming -= 1;
    }
    return beyond;
  };

  const firstProblem = async (streamId: string): Promise<Omit<Check, 'ok'> | undefined> => {
    let after: StreamHead = genesis;
    let continuation: string | undefined;
    do {
      const page = await persist(() => container.query(wholeStream(streamId, pageSize, continuation)));
      const run = (page as Page<StoredEvent>).documents;
      const verdict = verifyStream(run, { after });
      if (!verdict.ok) return problemOf(verdict);
      after = run.at(-1) ?? after;
      continuation = page.continuation;
    } while (continuation !== undefined);
    return undefined;
  };

  const walk = async (index: number): Promise<void> => {
    for (;;) {
      const range = ranges[index] as WalkedRange;
      if (range.done || signal?.aborted === true) return;
      const { continuation } = range;
      const from = continuation === undefined ? { start: 'beginning' as const } : { continuation };
      const request = { range: feedRange(range), limit: pageSize, ...from };
      const page = await persist(() => container.feedPage(request));
      const documents = page.documents as unknown as readonly StoredEvent[];
      const runs = [...Map.groupBy(documents, ({ streamId }) => streamId)];
      let beyond = 0;
      await inParallel(runs, pointReadsAtOnce, async ([streamId, run]) => {
        const inOrder = run.toSorted((one, other) => one.version - other.version);
        const more = await checkRun(streamId, inOrder);
        beyond += more;
      });
      unlisted += beyond;
      events += documents.length;
      streams += documents.filter(({ version }) => version === 1).length;
      ranges[index] = { ...range, continuation: page.continuation, done: !page.hasMore };
      await onProgress?.(checkpoint());
    }
  };

  await inParallel([...ranges.keys()], parallel, walk);
  return { ...checkpoint(), complete: ranges.every(({ done }) => done) };
}

async function check(
  event: StoredEvent,
  predecessorOf: (event: StoredEvent) => Promise<StreamHead | undefined>,
): Promise<Omit<Check, 'ok'> | undefined> {
  const { streamId, version } = event;
  if (!Number.isInteger(version) || version < 1) {
    const message = `${streamId}: the event with id ${event.id} has the version ${String(version)}`;
    return { version: Number(event.id) || 1, problem: 'version', message };
  }
  const after = await predecessorOf(event);
  if (after === undefined) {
    const message = `${streamId}: event ${version - 1} is missing before event ${version}`;
    return { version: version - 1, problem: 'version', message };
  }
  const verdict = verifyStream([event], { after });
  return verdict.ok ? undefined : problemOf(verdict);
}

function problemOf({ version, problem, message }: Check): Omit<Check, 'ok'> {
  return { version, problem, message };
}

function wholeStream(streamId: string, limit: number, continuation: string | undefined) {
  return {
    partitionKey: streamId,
    orderBy: [{ field: 'version', direction: 'asc' } as const],
    limit,
    ...(continuation === undefined ? {} : { continuation }),
  };
}

function feedRange({ id, minInclusive, maxExclusive }: WalkedRange): FeedRange {
  return { id, minInclusive, maxExclusive };
}
