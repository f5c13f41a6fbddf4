import type { CloudEvent, HubName } from '@daybook/contracts';
import type { SimProcess } from '../world/process.ts';

/** A handler that fails on poisoned messages, as one with a mistake in it does until a corrected version is deployed. */
export function poisonable(
  process: SimProcess,
  hub: HubName,
  handle: (message: CloudEvent) => Promise<void>,
): (message: CloudEvent) => Promise<void> {
  const { world } = process;
  return async (message) => {
    const due = world.poisonsDue.indexOf(hub);
    if (due >= 0 && world.faulty && !world.poisoned.has(message.id)) {
      world.poisonsDue.splice(due, 1);
      world.poisoned.add(message.id);
      world.tally.add('fault poison');
      world.note(process.instance, () => `${message.type} ${message.id} is poison`);
    }
    world.note(process.instance, () => `takes ${message.type} ${message.id}`);
    if (world.poisoned.has(message.id)) throw new Error('poison (seeded)');
    await handle(message);
  };
}
