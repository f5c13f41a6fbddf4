import type { Container } from '@daybook/ports';
import { isStreamCorrupt } from '../errors.ts';
import { createEventStore } from '../event-store.ts';
import { allOf, counted, errorOf, instantRuntime, metadata } from './fixtures.ts';

export function readBehaviour(container: () => Container): void {
  describe('Load: slices', () => {
    const runtime = instantRuntime(12);
    const open = () => createEventStore({ container: container(), runtime });
    const filled = async (count: number): Promise<string> => {
      const streamId = `counter-${runtime.newId()}`;
      const events = counted(...new Array<number>(count).fill(1));
      await open().append({ streamId, expectedVersion: 0, events, metadata: metadata('a') });
      return streamId;
    };

    it('reads in slices, forward and backward', async () => {
      const streamId = await filled(7);
      const read = async (request: object) => {
        const { events, complete } = await open().read({ streamId, ...request });
        return [events.map(({ version }) => version), complete];
      };
      expect(await read({})).toEqual([[1, 2, 3, 4, 5, 6, 7], true]);
      expect(await read({ limit: 3 })).toEqual([[1, 2, 3], false]);
      expect(await read({ afterVersion: 5, limit: 3 })).toEqual([[6, 7], true]);
      expect(await read({ direction: 'backward', limit: 2 })).toEqual([[7, 6], false]);
      expect(await read({ direction: 'backward', beforeVersion: 3 })).toEqual([[2, 1], true]);
      expect(await read({ afterVersion: 7 })).toEqual([[], true]);
    });

    it('knows the head, the successor of a version, and the events of a command', async () => {
      const streamId = await filled(3);
      expect(await open().readHead(streamId)).toMatchObject({ version: 3 });
      expect(await open().readHead(`${streamId}-none`)).toBeUndefined();
      expect(await open().checkHead(streamId, 2)).toBe('behind');
      expect(await open().checkHead(streamId, 3)).toBe('head');
      expect(await open().checkHead(streamId, 4)).toBe('ahead');
      expect(await open().checkHead(`${streamId}-none`, 0)).toBe('head');
      expect((await open().findByCommandKey(streamId, 'a')).map(({ version }) => version)).toEqual([1, 2, 3]);
      expect(await open().findByCommandKey(streamId, 'b')).toEqual([]);
    });

    it('does not read over a hole', async () => {
      const streamId = await filled(4);
      await container().batch(streamId, [{ kind: 'delete', id: '3' }]);
      const error = await errorOf(allOf(open().readAll(streamId)));
      expect(isStreamCorrupt(error)).toBe(true);
      expect(error).toMatchObject({ version: 3 });
    });
  });
}
