import { type Decider, memoryContainer, refuse, systemRuntime } from '@daybook/ports';
import { createAggregateStore, createEventStore, eventCodec } from './index.ts';

type Counted = { readonly type: 'Counted'; readonly data: { readonly by: number } };

const counter: Decider<{ readonly by: number }, Counted, number> = {
  initial: 0,
  decide: ({ by }, total) =>
    total + by > 10 ? refuse('too-many', `${total} of 10 are counted`) : [{ type: 'Counted', data: { by } }],
  evolve: (total, { data }) => total + data.by,
};
const number = { parse: (data: unknown) => ({ by: Number((data as Counted['data']).by) }) }; // a zod schema, usually
const codec = eventCodec<Counted>({ Counted: { version: 1, schema: number } });

export async function count(...steps: readonly number[]): Promise<string[]> {
  const runtime = systemRuntime();
  const partitionKey = (event: object) => String('streamId' in event && event.streamId);
  const container = memoryContainer({ name: 'counters', runtime, partitionKey, uniqueKeys: ['/dedup'] });
  const counters = createAggregateStore({
    store: createEventStore({ container, runtime }),
    codec,
    decider: counter,
    category: 'counter',
  });
  const told: string[] = [];
  for (const by of steps) {
    const request = { commandKey: runtime.newId(), correlationId: 'c', causationId: 'c', actor: 'me', traceparent: '' };
    const outcome = await counters.execute({ streamId: 'counter-1', command: { by }, metadata: request });
    told.push(`${outcome.kind} v${outcome.version}`);
  }
  return told;
}
