import type { HubName } from '@daybook/contracts';
import type { StoredEvent } from '@daybook/eventstore';
import type { MessageHandler } from '@daybook/messaging';
import type { SimProcess } from '../world/process.ts';

/** A handler that fails on poisoned messages, as one with a mistake in it does until a corrected version is deployed. */
export function poisonable(process: SimProcess, hub: HubName, handle: MessageHandler): MessageHandler {
  const { world } = process;
  const take = ({ type, id }: { readonly type: string; readonly id: string }): void => {
    world.note(process.instance, () => `takes ${type} ${id}`);
    refusePoison(process, hub, type, id);
  };
  const one: MessageHandler = async (message) => {
    take(message);
    await handle(message);
  };
  const { handleTogether } = handle;
  if (handleTogether === undefined) return one;
  return Object.assign(one, {
    handleTogether: async (messages: Parameters<typeof handleTogether>[0]) => {
      for (const message of messages) take(message);
      await handleTogether(messages);
    },
  });
}

/** The same for the events of a feed. */
export function poisonableEvents<A extends readonly unknown[]>(
  process: SimProcess,
  handle: (events: readonly StoredEvent[], ...rest: A) => Promise<void>,
): (events: readonly StoredEvent[], ...rest: A) => Promise<void> {
  return async (events, ...rest) => {
    for (const { type, eventId } of events) refusePoison(process, 'feed', type, eventId);
    await handle(events, ...rest);
  };
}

/** @throws Error for a message that is poison, until the world is healed */
export function refusePoison({ world, instance }: SimProcess, where: HubName | 'feed', type: string, id: string): void {
  const due = world.poisonsDue.indexOf(where);
  const poison = `${where} ${id}`;
  if (due >= 0 && world.faulty && !world.poisoned.has(poison)) {
    world.poisonsDue.splice(due, 1);
    world.poisoned.add(poison);
    world.tally.add(where === 'feed' ? 'fault poison event' : 'fault poison');
    world.note(instance, () => `${type} ${id} is poison`);
  }
  if (world.poisoned.has(poison)) throw new Error('poison (seeded)');
}
