import type { HubName } from '@daybook/contracts';
import {
  type HubConsumer,
  HubError,
  type HubHandler,
  type HubMessage,
  type HubProducer,
  type HubSubscription,
} from '@daybook/ports';
import { delay } from './process-container.ts';
import type { SimProcess } from './process.ts';

/** A hub to send to as one process sees it: sends fail, are lost halfway, come twice, and keys overtake each other. */
export function processProducer(process: SimProcess, name: HubName): HubProducer {
  const { world } = process;
  const base = process.world.hubs.of(name).producer();
  return {
    hub: name,
    partitionIds: () => base.partitionIds(),
    async send(partitionId, messages) {
      await process.pass();
      await delay(process);
      const failed = world.strikes('send failed', world.profile.callFaults);
      const stored = failed ? messages.slice(0, Math.floor(world.random() * (messages.length + 1))) : messages;
      if (failed && stored.length > 0) world.tally.add('fault send answer lost');
      const what = (): string => `send of ${messages.length} to ${name} by ${process.instance}`;
      if (stored.length > 0) {
        await world.effect(process, what, true, () => world.send(name, partitionId, shuffled(process, stored)));
      }
      if (world.strikes('duplicate', world.profile.duplicates)) void sendAgain(process, name, partitionId, stored);
      await process.pass();
      if (failed) throw new HubError('unavailable', name, 'no answer (seeded)');
    },
    close: () => Promise.resolve(),
  };
}

/** Between keys a hub promises no order. */
function shuffled({ world }: SimProcess, messages: readonly HubMessage[]): readonly HubMessage[] {
  if (messages.length < 2 || !world.strikes('reorder', 0.3)) return messages;
  const byKey = [...Map.groupBy(messages, ({ key }) => key).values()];
  return byKey
    .map((group) => ({ group, place: world.random() }))
    .sort((a, b) => a.place - b.place)
    .flatMap(({ group }) => group);
}

/** Old messages come again: a relay repeats a page from its checkpoint on. */
async function sendAgain(
  { world }: SimProcess,
  hub: HubName,
  partitionId: string,
  messages: readonly HubMessage[],
): Promise<void> {
  await world.runtime.sleep(world.random() < 0.5 ? 0 : world.random() * 12_000);
  if (messages.length > 0) await world.send(hub, partitionId, messages);
}

/** A hub to receive from. Its owner's death frees the partitions; a frozen owner loses them, and joins again when it is thawed. */
export function processConsumer(process: SimProcess, name: HubName, group: string): HubConsumer {
  const { world } = process;
  const base = world.hubs.of(name).consumer(group, { owner: process.instance, batchMax: 20, closeLimitMs: 2_000 });
  return {
    hub: name,
    group,
    async subscribe(handler) {
      const died = Promise.withResolvers<never>();
      died.promise.catch(() => undefined);
      const shielded: HubHandler = {
        onMessages: async (messages, signal) => {
          await Promise.race([handler.onMessages(messages, signal), died.promise]);
          if (process.frozen || process.dead) throw new Error('it died in the moment');
          for (const message of messages) world.hubs.finish(name, message);
        },
        onError: (error) => handler.onError?.(error),
      };
      let joined: HubSubscription | undefined = await base.subscribe(shielded);
      const leave = async (): Promise<void> => {
        const left = joined;
        joined = undefined;
        await left?.close();
      };
      process.onDeath.push(() => {
        died.reject(new Error('it died'));
        void leave();
      });
      let closed = false;
      process.onExpelled.push(() => void leave());
      process.onThawed.push(() => {
        if (joined === undefined && !closed) void base.subscribe(shielded).then((again) => (joined = again));
      });
      return {
        partitions: () => joined?.partitions() ?? [],
        heardAtMs: () => process.runtime.now(),
        lag: () => joined?.lag() ?? [],
        async close() {
          closed = true;
          await leave();
        },
      };
    },
  };
}
