import { virtualRuntime } from '../runtime/virtual-runtime.ts';
import { containerBehaviour } from './container-behaviour.ts';
import { type FeedRange, isContainerError, isSafeToRetry } from './container.ts';
import type { Fault } from './fault.ts';
import { memoryContainer } from './memory-container.ts';

const options = {
  name: 'things',
  runtime: virtualRuntime(),
  partitionKey: (document: object) => Reflect.get(document, 'pk'),
};

for (const feedRanges of [1, 4]) {
  containerBehaviour(`memoryContainer with ${feedRanges} feed ranges`, async () => {
    const container = memoryContainer({ ...options, feedRanges, uniqueKeys: ['/dedup'] });
    const split = async ({ id }: FeedRange): Promise<void> => void container.split(id);
    return { container, split, close: async () => undefined };
  });
}

describe('memoryContainer under faults', () => {
  const create = { kind: 'create', document: { id: 'a', pk: 'p' } } as const;
  const withFault = (...faults: Fault[]) => memoryContainer({ ...options, faults: () => faults.shift() });

  it.each(['before', 'throttled'] as const)('does nothing: %s', async (fault) => {
    const container = withFault(fault);
    const error: unknown = await container.batch('p', [create]).catch((thrown: unknown) => thrown);
    expect(isSafeToRetry(error)).toBe(true);
    expect((await container.read('p', 'a')).document).toBeUndefined();
  });

  it('writes and loses the answer', async () => {
    const container = withFault('executed-but-lost');
    const error: unknown = await container.batch('p', [create]).catch((thrown: unknown) => thrown);
    expect(isContainerError(error) && error.code).toBe('outcome-unknown');
    expect((await container.read('p', 'a')).document).toBeDefined();
  });

  it('never calls a lost read an unknown outcome', async () => {
    await expect(withFault('executed-but-lost').read('p', 'a')).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('takes its latency from the runtime', async () => {
    const runtime = virtualRuntime();
    const container = memoryContainer({ ...options, runtime, latencyMs: () => 50 });
    let done = false;
    void container.batch('p', [create]).then(() => (done = true));
    await runtime.advance(49);
    expect(done).toBe(false);
    await runtime.advance(1);
    expect(done).toBe(true);
  });

  it('keeps the feed short when one document changes often', async () => {
    const container = memoryContainer({ ...options, feedRanges: 1 });
    for (let n = 0; n < 3_000; n += 1) {
      await container.batch('p', [{ kind: 'upsert', document: { id: 'a', pk: 'p', n } }]);
    }
    const [range] = await container.feedRanges();
    const page = await container.feedPage({ range: range!, limit: 10 });
    expect(page.documents).toMatchObject([{ id: 'a', n: 2_999, _lsn: 3_000 }]);
  });
});
