import type { ExecuteRequest, Outcome } from '../aggregate.ts';
import { costMeter, noCost } from '../costs/cost.ts';
import type { Execution } from '../execute-one.ts';
import { commandKeysMax } from '../lookup.ts';
import type { Metered } from '../state-loader.ts';
import type { DomainEvent } from '../stored-event.ts';
import { receiptFor } from '../write-batch.ts';
import type { Waiting } from './group-queue.ts';

type Item<C, E extends DomainEvent, S> = Waiting<ExecuteRequest<C, E, S>, Outcome<E, S>>;

/** Settles commands of a group that are stored already, together: alone each would take five round trips to find that out. */
export interface RepeatedCommands<C, E extends DomainEvent, S> {
  /** Takes out of `left` what is found to be a duplicate. Asks once about each command; what it does not find has to find out alone. */
  settle(left: Item<C, E, S>[]): Promise<void>;
}

export function createRepeatedCommands<C, E extends DomainEvent, S>(
  execution: Execution<C, E, S>,
  streamId: string,
): RepeatedCommands<C, E, S> {
  const { codec, loader } = execution;
  const asked = new Set<Item<C, E, S>>();

  const look = async (items: readonly Item<C, E, S>[], left: Item<C, E, S>[]): Promise<void> => {
    const meter = costMeter();
    const over: Metered = { store: execution.store.metered(meter), meter };
    const keys = items.map(({ request }) => request.metadata.commandKey);
    const found = await over.store.findSingleEvents(streamId, keys);
    if (found.size === 0) return;
    const { state, head } = await loader.refresh(over, streamId);
    await codec.prepareDecode?.([...found.values()]);
    const cost = meter.total();
    for (const item of items) {
      const stored = found.get(item.request.metadata.commandKey);
      if (stored === undefined) continue;
      const outcome: Outcome<E, S> = {
        kind: 'duplicate',
        receipt: receiptFor([stored], true, noCost),
        events: codec.decodeAll(stored),
        state,
        version: head.version,
        cost,
      };
      left.splice(left.indexOf(item), 1);
      item.resolve(outcome);
    }
  };

  return {
    async settle(left) {
      const items = left.filter((item) => !asked.has(item)).slice(0, commandKeysMax);
      if (items.length < 2) return;
      for (const item of items) asked.add(item);
      // What could not be looked up is settled as if nobody had tried.
      await look(items, left).catch(() => undefined);
    },
  };
}
