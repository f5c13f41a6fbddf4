import { createPublishWorld, type OpenPublisher, type PublishWorld } from './publish-world.ts';

const streams = ['order-a', 'order-b', 'order-c', 'order-d'];
const seeds = [1, 2, 3, 4, 5, 6];
const firsts = (ids: readonly string[] = []): readonly string[] => [...new Set(ids)];
const all = (stream: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${stream}/${n + 1}`);

/** Some versions of every stream, a little at a time. */
async function write(world: PublishWorld, by: Parameters<PublishWorld['append']>[2]): Promise<void> {
  for (let round = 0; round < 5; round += 1) {
    for (const stream of streams) await world.append(stream, 1 + (round % 2), by);
    await world.runtime.advance(world.runtime.random() * 40);
  }
}
const versionsWritten = 7;

/**
 * What every way to publish promises, whatever the answers that get lost.
 *
 * @param ordered false: messages for everybody may overtake each other, those of commands and saga inputs may not
 */
export function publishBehaviour(name: string, open: OpenPublisher, { ordered }: { readonly ordered: boolean }): void {
  const expectPublished = (world: PublishWorld): void => {
    for (const stream of streams) {
      const sent = firsts(world.stored('order-events')[stream]);
      expect(ordered ? sent : [...sent].sort()).toEqual(all(stream, versionsWritten));
      expect(firsts(world.stored('inventory-commands')[stream])).toEqual(all(stream, versionsWritten));
      const answers = all(stream, versionsWritten).filter((_, n) => n % 2 === 1);
      expect(firsts(world.stored('saga-inputs')[`FulfilOrder:${stream}`])).toEqual(answers);
    }
  };

  describe(`publishing by ${name}`, () => {
    it('sends each event once to each of its places, with its own id and key', async () => {
      const world = createPublishWorld(open);
      await write(world, world.begin());
      expect(await world.untilComplete()).toBe(true);
      await world.runtime.advance(20_000);
      expectPublished(world);
      for (const stream of streams) expect(world.stored('order-events')[stream]).toHaveLength(versionsWritten);
    });

    it.each(seeds)('sends everything while answers of sends get lost (seed %i)', async (seed) => {
      const world = createPublishWorld(open, { seed, sendFaults: 0.2 });
      await write(world, world.begin());
      expect(await world.untilComplete()).toBe(true);
      expectPublished(world);
      expect(world.counts.send).toBeGreaterThan(0);
      const messages = Object.values(world.stored('order-events')).flat();
      expect(messages.length).toBeGreaterThan(streams.length * versionsWritten);
    });

    it.each(seeds)('leaves nothing out when a process dies after its append, at any moment (seed %i)', async (seed) => {
      const world = createPublishWorld(open, { seed, sendFaults: 0.2, outboxFaults: 0.2 });
      const first = world.begin();
      world.begin();
      await world.append('order-a', 2, first);
      await world.runtime.advance(world.runtime.random() * 60);
      for (const stream of streams.slice(1)) await world.append(stream, 2, first);
      await world.runtime.advance(world.runtime.random() * 5);
      first.kill();
      world.begin();
      expect(await world.untilComplete()).toBe(true);
      for (const stream of streams) {
        const sent = firsts(world.stored('order-events')[stream]);
        expect(ordered ? sent : [...sent].sort()).toEqual(all(stream, 2));
        expect(firsts(world.stored('inventory-commands')[stream])).toEqual(all(stream, 2));
      }
    });

    it('publishes what was appended before it began', async () => {
      const world = createPublishWorld(open);
      await write(world, undefined);
      world.begin();
      expect(await world.untilComplete()).toBe(true);
      expectPublished(world);
    });
  });
}
