import {
  type Container,
  ContainerError,
  type Decider,
  type Fault,
  type Runtime,
  mulberry32,
  refuse,
  uuidV7,
} from '@daybook/ports';
import { eventCodec } from '../codec.ts';
import type { StoredEvent } from '../stored-event.ts';

/** A runtime whose sleeps are over at once and whose clock goes on by them. */
export function instantRuntime(seed = 1): Runtime {
  const random = mulberry32(seed);
  let nowMs = Date.UTC(2010, 11, 1);
  return {
    now: () => nowMs,
    random,
    newId: () => uuidV7(nowMs, random),
    async sleep(delayMs) {
      nowMs += delayMs;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

/** Any container, with faults as those of the ports' own in-memory one. */
export function faultyContainer(container: Container, next: () => Fault | undefined): Container {
  const run = async <R>(writes: boolean, request: () => Promise<R>): Promise<R> => {
    const fault = next();
    if (fault === 'before') throw new ContainerError('unavailable', container.name, 'not reachable');
    if (fault === 'throttled') {
      throw new ContainerError('throttled', container.name, 'request rate is large', { retryAfterMs: 5 });
    }
    const answer = await request();
    if (fault === undefined) return answer;
    throw new ContainerError(writes ? 'outcome-unknown' : 'unavailable', container.name, 'the answer was lost');
  };
  return {
    name: container.name,
    batch: (key, operations) =>
      run(
        operations.some(({ kind }) => kind !== 'read'),
        () => container.batch(key, operations),
      ),
    read: (key, id) => run(false, () => container.read(key, id)),
    query: (query) => run(false, () => container.query(query)),
    feedRanges: () => run(false, () => container.feedRanges()),
    feedPage: (request) => run(false, () => container.feedPage(request)),
  };
}

/** Chance of `rate` for a fault, each kind as likely. */
export function seededFaults(seed: number, rate: number): () => Fault | undefined {
  const random = mulberry32(seed);
  const kinds: readonly Fault[] = ['before', 'throttled', 'executed-but-lost'];
  return () => (random() < rate ? kinds[Math.floor(random() * kinds.length)] : undefined);
}

export type Counted = { readonly type: 'Counted'; readonly data: { readonly by: number } };
export interface CountCommand {
  readonly by: number;
  /** As so many events. Default 1. */
  readonly times?: number;
}

export const counterMax = 1_000;

export const counter: Decider<CountCommand, Counted, number> = {
  initial: 0,
  decide: ({ by, times = 1 }, total) =>
    total + by * times > counterMax
      ? refuse('too-many', `${total} of ${counterMax} are counted`)
      : by === 0
        ? []
        : Array.from({ length: times }, () => ({ type: 'Counted', data: { by } })),
  evolve: (total, { data }) => total + data.by,
};

export const counterCodec = eventCodec<Counted>({
  Counted: { version: 1, schema: { parse: (data) => ({ by: Number((data as Counted['data']).by) }) } },
});

export const metadata = (commandKey: string): StoredEvent['metadata'] => ({
  commandKey,
  correlationId: 'correlation',
  causationId: 'causation',
  actor: 'service:test',
  traceparent: '00-00000000000000000000000000000001-0000000000000001-01',
});

export const counted = (...steps: readonly number[]) =>
  steps.map((by) => counterCodec.encode({ type: 'Counted', data: { by } }));

export async function allOf(events: AsyncIterable<StoredEvent>): Promise<StoredEvent[]> {
  const all: StoredEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}
