import { memoryContainer, refuse, systemRuntime } from '@daybook/ports';
import { createAggregateStore, createEventStore, eventCodec } from './index.ts';

type Counted = { readonly type: 'Counted'; readonly data: { readonly by: number } };

const runtime = systemRuntime();
const partitionKey = (event: object) => String('streamId' in event && event.streamId);
const container = memoryContainer({ name: 'counters', runtime, partitionKey, uniqueKeys: ['/dedup'] });
const counters = createAggregateStore({
  store: createEventStore({ container, runtime }),
  codec: eventCodec<Counted>({ Counted: { version: 1, schema: { parse: (data) => data as Counted['data'] } } }),
  decider: {
    initial: 0,
    decide: ({ by }: { readonly by: number }, total) =>
      total + by > 10 ? refuse('too-many', `${total} of 10 are counted`) : [{ type: 'Counted', data: { by } }],
    evolve: (total: number, { data }: Counted) => total + data.by,
  },
  category: 'counter',
});
const request = { correlationId: 'c', causationId: 'c', actor: 'me', traceparent: '' };
export const count = (by: number, commandKey: string) =>
  counters.execute({ streamId: 'counter-1', command: { by }, metadata: { ...request, commandKey } });
