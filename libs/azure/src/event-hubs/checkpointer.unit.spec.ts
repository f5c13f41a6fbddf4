import { virtualRuntime } from '@daybook/ports';
import { checkpointer } from './checkpointer.ts';

function started(fails: () => boolean = () => false) {
  const runtime = virtualRuntime();
  const written: number[] = [];
  const errors: unknown[] = [];
  const checkpoints = checkpointer<number>({
    runtime,
    intervalMs: 500,
    write: async (event) => {
      if (fails()) throw new Error('no store');
      written.push(event);
    },
    onError: (error) => errors.push(error),
  });
  return { runtime, written, errors, checkpoints };
}

describe('checkpointer', () => {
  it('writes the first at once and then only the newest of each interval', async () => {
    const { runtime, written, checkpoints } = started();
    for (let event = 1; event <= 10; event += 1) {
      checkpoints.reached(event);
      await runtime.advance(100);
    }
    await runtime.advance(500);
    expect(written).toEqual([1, 5, 10]);
  });

  it('writes the last when it is flushed, without waiting for the interval', async () => {
    const { runtime, written, checkpoints } = started();
    checkpoints.reached(1);
    await runtime.advance(0);
    checkpoints.reached(2);
    await checkpoints.flush();
    expect(written).toEqual([1, 2]);
  });

  it('tells a failed write and tries again', async () => {
    let failures = 1;
    const { runtime, written, errors, checkpoints } = started(() => (failures -= 1) >= 0);
    checkpoints.reached(1);
    await runtime.advance(500);
    expect(written).toEqual([1]);
    expect(errors).toHaveLength(1);
  });

  it('writes nothing more once it is dropped: not what was pending, nor what failed, nor at the end', async () => {
    const { runtime, written, checkpoints } = started();
    checkpoints.reached(1);
    await runtime.advance(0);
    checkpoints.reached(2);
    checkpoints.drop();
    checkpoints.reached(3);
    await runtime.advance(2_000);
    await checkpoints.flush();
    expect(written).toEqual([1]);
    const failing = started(() => true);
    failing.checkpoints.reached(1);
    failing.checkpoints.drop();
    await failing.runtime.advance(2_000);
    await failing.checkpoints.flush();
    expect(failing.errors).toHaveLength(1);
  });
});
