import { type AggregateStore, createAggregateStore, eventCodec, type StoredEvent } from '@daybook/eventstore';
import { type Decider, refuse, type VirtualRuntime, virtualRuntime } from '@daybook/ports';
import { createProjection } from '@daybook/projections';
import { Router } from 'express';
import { z } from 'zod';
import { type MemoryStores, memoryStores } from '../../testing/testing.ts';
import { stateAsAsked } from '../as-of.ts';
import { handleCommand } from '../carry-out.ts';
import { correlationRoutes } from '../correlations.ts';
import { eventPage, itemPage } from '../lists.ts';
import { Problem } from '../problem.ts';
import { validate } from '../validate.ts';

type Counted = { readonly type: 'Counted'; readonly data: { readonly by: number } };

/** Counts to ten, and no further. */
const decider: Decider<{ readonly by: number }, Counted, number> = {
  initial: 0,
  decide: ({ by }, total) => {
    if (by === 0) return [];
    return total + by > 10
      ? refuse('too-many', `${total} of 10 are counted`, { total })
      : [{ type: 'Counted', data: { by } }];
  },
  evolve: (total, { data }) => total + data.by,
};

const body = z.strictObject({ by: z.int().min(0).max(100), note: z.string().max(10).optional() });

export interface CounterService extends MemoryStores {
  readonly routes: Router;
  readonly runtime: VirtualRuntime;
  readonly counters: AggregateStore<{ readonly by: number }, Counted, number>;
  catchUpAll(): Promise<void>;
}

/** The smallest service with commands, a query, a list and events: what every service's routes are made of. */
export function counterService(): CounterService {
  const runtime = virtualRuntime({ seed: 1 });
  const stores = memoryStores(runtime);
  const { store, audit, answers } = stores;
  const reading = { store, audit, runtime };
  const codec = eventCodec<Counted>({ Counted: { version: 1, schema: z.strictObject({ by: z.int() }) } });
  const counters = createAggregateStore({ store, codec, decider, category: 'counter' });
  const totals = createProjection<{ total: number }>({
    name: 'totals',
    readModel: stores.readModels,
    streams: 'counter-',
    project: (before, event: StoredEvent) => ({ total: (before?.total ?? 0) + Number(event.data['by']) }),
    readStream: async (streamId, afterVersion) => (await store.read({ streamId, afterVersion })).events,
  });

  const routes = Router();
  routes.post('/counters/:id', async (request, response) => {
    await handleCommand({ aggregates: counters, store, answers, runtime }, request, response, {
      streamId: `counter-${request.params.id}`,
      command: { by: validate(body, request.body).by },
      answer: {
        status: 201,
        location: `/counters/${request.params.id}`,
        body: (total, version) => ({ total, version }),
      },
    });
  });
  routes.get('/counters', async (request, response) => {
    const limit = Number(request.query['limit'] ?? 2);
    const after = request.query['after'] as string | undefined;
    response.json(await itemPage(totals, { where: [], limit, after }, ({ total }) => ({ total })));
  });
  routes.get('/counters/:id/events', async (request, response) => {
    const page = await eventPage(reading, request, `counter-${request.params.id}`);
    if (page === undefined) throw new Problem(404, 'counter-unknown', 'There is no such counter.');
    response.json(page);
  });
  routes.get('/counters/:id', async (request, response) => {
    const { state, version } = await stateAsAsked(counters, reading, request, `counter-${request.params.id}`);
    if (version === 0) throw new Problem(404, 'counter-unknown', 'There is no such counter.');
    response.json({ total: state, version });
  });
  routes.use(correlationRoutes(reading));
  routes.get('/broken/:code', (request) => {
    throw Object.assign(new Error('a secret of ours'), { code: request.params.code });
  });
  return { ...stores, routes, runtime, counters, catchUpAll: () => stores.catchUp([totals]) };
}
