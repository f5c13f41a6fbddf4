import { backgroundQueue } from './background-queue.ts';

describe('Load: backgroundQueue', () => {
  it('runs later, one after another, of two tasks for one key the last, and goes on after a failure', async () => {
    const done: string[] = [];
    const failed: string[] = [];
    const queue = backgroundQueue(2, (key) => failed.push(key));
    const task = (name: string) => async () => void done.push(name);
    queue.put('a', async () => {
      throw new Error('not written');
    });
    queue.put('b', task('b1'));
    queue.put('b', task('b2'));
    queue.put('c', task('c'));
    expect(done).toEqual([]);
    await queue.settled();
    expect(done).toEqual(['b2']);
    expect(failed).toEqual(['c', 'a']);
    queue.put('d', task('d'));
    await queue.settled();
    expect(done).toEqual(['b2', 'd']);
  });
});
