import { isStreamBusy } from '../errors.ts';
import { errorOf } from '../test-support/fixtures.ts';
import { groupQueue } from './group-queue.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('Hot streams: groupQueue', () => {
  const opened = (waitingMax: number, groupMax: number) => {
    const groups: string[] = [];
    const open: (() => void)[] = [];
    const queue = groupQueue<string, string>(waitingMax, groupMax, async (key, group) => {
      groups.push(`${key}:${group.map(({ request }) => request).join('')}`);
      await new Promise<void>((resolve) => open.push(resolve));
      for (const { request, resolve } of group) resolve(request.toUpperCase());
    });
    return { queue, groups, next: () => open.shift()?.() };
  };

  it('makes a group of what arrives together, and the next one of what arrives meanwhile', async () => {
    const { queue, groups, next } = opened(10, 10);
    const first = ['a', 'b'].map((request) => queue.add('x', request));
    await turn();
    const second = ['c', 'd'].map((request) => queue.add('x', request));
    const other = queue.add('y', 'e');
    await turn();
    expect(groups).toEqual(['x:ab', 'y:e']);
    next();
    expect(await Promise.all(first)).toEqual(['A', 'B']);
    next();
    expect(await other).toBe('E');
    await turn();
    expect(groups).toEqual(['x:ab', 'y:e', 'x:cd']);
    next();
    expect(await Promise.all(second)).toEqual(['C', 'D']);
  });

  it('keeps groups small enough, and does not let too many wait', async () => {
    const { queue, groups, next } = opened(4, 3);
    const four = ['a', 'b', 'c', 'd'].map((request) => queue.add('x', request));
    expect(isStreamBusy(await errorOf(queue.add('x', 'e')))).toBe(true);
    next();
    await turn();
    next();
    await turn();
    expect(await Promise.all(four)).toEqual(['A', 'B', 'C', 'D']);
    expect(groups).toEqual(['x:abc', 'x:d']);
    void queue.add('x', 'f');
    await turn();
    expect(groups.at(-1)).toBe('x:f');
    next();
  });

  it('fails those of a group that failed, and goes on', async () => {
    const queue = groupQueue<number, number>(10, 1, async (_key, [first]) => {
      if (first?.request === 1) throw new Error('one');
      first?.resolve(first.request);
    });
    expect(await Promise.allSettled([queue.add('x', 1), queue.add('x', 2)])).toMatchObject([
      { status: 'rejected' },
      { status: 'fulfilled', value: 2 },
    ]);
  });
});
