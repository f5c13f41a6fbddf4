import { limiter, mapLimited } from './limiter.ts';

describe('limiter', () => {
  it('runs so many at once, the others in the order they came, also behind one that fails', async () => {
    const run = limiter(2);
    const log: string[] = [];
    const ends: (() => void)[] = [];
    const task = (name: string) =>
      run(() => {
        log.push(name);
        return new Promise<void>((resolve) => ends.push(resolve));
      });
    const failing = run(() => Promise.reject(new Error('no')));
    const others = [task('a'), task('b'), task('c')];
    await expect(failing).rejects.toThrow('no');
    await Promise.resolve();
    expect(log).toEqual(['a', 'b']);
    ends[1]?.();
    await others[1];
    await Promise.resolve();
    expect(log).toEqual(['a', 'b', 'c']);
    ends.forEach((end) => end());
    await Promise.all(others);
  });

  it('keeps the order of the items in the results', async () => {
    let open = 0;
    let most = 0;
    const results = await mapLimited([3, 1, 2], 2, async (turns) => {
      most = Math.max(most, (open += 1));
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      open -= 1;
      return turns * 10;
    });
    expect(results).toEqual([30, 10, 20]);
    expect(most).toBe(2);
  });
});
