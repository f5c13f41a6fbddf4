import { isStreamBusy } from './errors.ts';
import { keyedQueue } from './keyed-queue.ts';
import { errorOf } from './test-support/fixtures.ts';

describe('keyedQueue', () => {
  it('runs one key in order of arrival, a failure included, and other keys beside it', async () => {
    const queue = keyedQueue(10);
    const log: string[] = [];
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const first = queue.run('a', async () => {
      await gate;
      log.push('a1');
      throw new Error('a1 failed');
    });
    const second = queue.run('a', async () => log.push('a2'));
    await queue.run('b', async () => log.push('b1'));
    open();
    expect(await errorOf(first)).toMatchObject({ message: 'a1 failed' });
    await second;
    expect(log).toEqual(['b1', 'a1', 'a2']);
  });

  it('lets only so many wait', async () => {
    const queue = keyedQueue(1);
    const running = queue.run('a', async () => 'done');
    expect(isStreamBusy(await errorOf(queue.run('a', async () => 'too many')))).toBe(true);
    expect(await running).toBe('done');
    expect(await queue.run('a', async () => 'later')).toBe('later');
  });
});
