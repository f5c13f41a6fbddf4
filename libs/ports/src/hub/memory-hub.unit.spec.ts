import { virtualRuntime } from '../runtime/virtual-runtime.ts';
import { hubBehaviour } from './hub-behaviour.ts';
import type { ReceivedMessage } from './hub.ts';
import { memoryHub } from './memory-hub.ts';

hubBehaviour('memoryHub', async () => {
  const runtime = virtualRuntime();
  const hub = memoryHub({ name: 'things', partitions: 2, runtime });
  return {
    producer: () => hub.producer(),
    consumer: (owner) => hub.consumer('group', { owner }),
    eventually: async (done) => {
      for (let turn = 0; turn < 100 && !done(); turn += 1) await runtime.advance(100);
      if (!done()) throw new Error('it did not happen within 10 s of virtual time');
    },
    close: async () => undefined,
  };
});

describe('memoryHub under faults', () => {
  it('stores what it says it could not send when the answer is lost', async () => {
    const runtime = virtualRuntime();
    const hub = memoryHub({ name: 'things', partitions: 1, runtime, faults: () => 'executed-but-lost' });
    const sent = hub.producer().send('0', [{ messageId: 'a', key: 'k', body: 1 }]);
    await expect(sent).rejects.toMatchObject({ code: 'unavailable' });
    expect(hub.stored('0')).toMatchObject([{ messageId: 'a', body: 1 }]);
  });

  it('abandons a handler that does not end within the limit; its messages come again', async () => {
    const runtime = virtualRuntime();
    const hub = memoryHub({ name: 'things', partitions: 1, runtime });
    await hub.producer().send('0', [{ messageId: 'a', key: 'k', body: 1 }]);
    const aborted = Promise.withResolvers<void>();
    const stuck = await hub.consumer('g', { owner: 'one', closeLimitMs: 1_000 }).subscribe({
      onMessages: async (_messages, signal) => {
        signal.addEventListener('abort', () => aborted.resolve());
        await new Promise(() => undefined);
      },
    });
    await runtime.advance(0);
    const closed = stuck.close();
    await runtime.advance(1_000);
    await Promise.all([closed, aborted.promise]);
    const received: ReceivedMessage[] = [];
    await hub
      .consumer('g', { owner: 'two' })
      .subscribe({ onMessages: async (messages) => void received.push(...messages) });
    await runtime.advance(0);
    expect(received).toMatchObject([{ messageId: 'a' }]);
  });
});
