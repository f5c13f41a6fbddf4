import { commonEndpoints } from '@daybook/contracts';
import { createFeedProcessor } from '@daybook/change-feed';
import type { StoredEvent } from '@daybook/eventstore';
import { type Container, memoryContainer, systemRuntime } from '@daybook/ports';
import { createProjection, createReadModels, eventFeed, type Projection, type ReadModels } from '@daybook/projections';
import { silentLog } from '../log.ts';
import { type Client, documented, nothingDriven, serve, undriven } from '../testing/testing.ts';
import { readModelRoutes } from './read-models.ts';

interface Count {
  readonly events: number;
}

const runtime = systemRuntime();
let events: Container<StoredEvent>;
let models: ReadModels;
let client: Client;
let lost: boolean;

const own = commonEndpoints.filter(({ path }) => path.startsWith('/v1/read-models'));
const driven = nothingDriven();
// What takes nothing has no problem of its own.
afterAll(() => expect(undriven(own, driven)).toEqual({ success: [], problem: ['GET /v1/read-models'] }));

const logged: object[] = [];
beforeEach(async () => {
  logged.length = 0;
  lost = false;
  events = memoryContainer<StoredEvent>({ name: 'events', runtime, partitionKey: ({ streamId }) => streamId });
  const leases = memoryContainer({ name: 'leases', runtime, partitionKey: ({ id }) => id });
  const container = memoryContainer({ name: 'read-models', runtime, partitionKey: ({ id }) => id });
  models = createReadModels({
    ...{ container, events, leases, runtime },
    timing: { lookEveryMs: 50, retireAfterMs: 1 },
    log: (_level, message, fields) => void logged.push({ message, ...fields }),
    openFeed: (name, handleKey) =>
      createFeedProcessor<StoredEvent>({
        ...{ name, instance: runtime.newId(), source: events, leases, runtime, handleKey, ...eventFeed },
        limits: { pollIdleMs: 20 },
      }),
  });
  const open = (version: number) => ({
    version,
    open: (name: string): Projection<Count> =>
      createProjection<Count>({
        ...{ name, readModel: container, streams: 'thing-', readStream: async () => [] },
        project: (before) => ({ events: (before?.events ?? 0) + (lost && version === 2 ? 2 : 1) }),
      }),
  });
  models.add({ name: 'counts', versions: [open(1), open(2)] });
  await events.batch('thing-1', [{ kind: 'create', document: { id: '1', streamId: 'thing-1', version: 1 } }]);
  await models.start();
  client = documented(await serve(readModelRoutes({ readModels: models, runtime, log: silentLog })), own, driven);
});
afterEach(async () => {
  await client.close();
  await models.stop();
});

const ada = { 'X-Actor': 'operator:ada' };
const body = { reason: 'status was wrong' };
const post = (action: string, more: object = {}, headers: Record<string, string> = ada) =>
  client.post(`/v1/read-models/counts/${action}`, { ...body, ...more }, headers);
interface Shown {
  readonly serving: number;
  readonly builds: readonly { readonly build: number; readonly progress: { readonly caughtUp: boolean } }[];
}
const shown = async (): Promise<Shown> => ((await client.get('/v1/read-models')).body['items'] as [Shown])[0];
async function until(holds: (model: Shown) => boolean): Promise<Shown> {
  for (let model = await shown(); ; model = await shown()) {
    if (holds(model)) return model;
    await runtime.sleep(20);
  }
}
const builtBeside = () => until(({ builds }) => builds[1]?.progress.caughtUp === true);

it('shows the read models with their builds', async () => {
  await until(({ builds }) => builds[0]?.progress.caughtUp === true);
  expect(await shown()).toMatchObject({ name: 'counts', versions: [1, 2], serving: 1, builds: [{ version: 2 }] });
});

it('rebuilds, compares, switches, rolls back and retires', async () => {
  expect(await post('rebuild')).toMatchObject({ status: 202, body: { build: 2, started: { actor: 'operator:ada' } } });
  expect(await post('rebuild')).toMatchObject({ status: 409, body: { code: 'build-exists' } });
  await builtBeside();
  expect(await post('switch')).toMatchObject({ status: 409, body: { code: 'parity-missing' } });
  expect(await post('parity')).toMatchObject({ status: 200, body: { clean: true, counts: { candidate: 1 } } });
  const switched = await post('switch');
  expect(switched).toMatchObject({
    status: 200,
    body: { serving: 2, previous: 1, history: [{ ...body }, {}, {}, {}] },
  });
  expect(Object.keys(switched.body)).not.toContain('_etag');
  expect(await post('rollback')).toMatchObject({ status: 200, body: { serving: 1 } });
  expect(await post('retire')).toMatchObject({ status: 202 });
  await until(({ builds }) => builds.length === 1);
});

it('does not switch to what differs, unless forced', async () => {
  lost = true;
  await post('rebuild', { version: 2 });
  await post('retire');
  await until(({ builds }) => builds.length === 1);
  // The first build was made before the defect.
  await post('rebuild');
  await builtBeside();
  expect(await post('parity')).toMatchObject({ status: 200, body: { clean: false, differences: { different: 1 } } });
  expect(await post('switch')).toMatchObject({ status: 409, body: { code: 'parity-failed', samples: [{}] } });
  expect(await post('switch', { force: true })).toMatchObject({
    status: 200,
    body: { history: [{ forced: true }, {}, {}, {}, {}, {}, {}] },
  });
});

it('wants to know who and why, and what there is', async () => {
  expect(await post('rebuild', {}, {})).toMatchObject({ status: 400, body: { code: 'actor-required' } });
  expect(await post('rebuild', { reason: '' })).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
  expect(await post('rebuild', { version: 9 })).toMatchObject({ status: 400, body: { code: 'version-unknown' } });
  expect(await post('rollback')).toMatchObject({ status: 409, body: { code: 'no-such-build' } });
  for (const action of ['rebuild', 'parity', 'switch', 'rollback', 'retire']) {
    expect(await client.post(`/v1/read-models/nothing/${action}`, body, ada)).toMatchObject({
      status: 404,
      body: { code: 'unknown-read-model' },
    });
  }
});

it('what is done is logged with who and why, and with the request that asked for it', async () => {
  await until(({ builds }) => builds[0]?.progress.caughtUp === true);
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  await post('rebuild', {}, { ...ada, traceparent, 'X-Correlation-Id': 'ticket-4711' });
  expect(logged).toContainEqual(
    expect.objectContaining({
      ...{ message: 'read model rebuild', readModel: 'counts', actor: 'operator:ada', reason: body.reason },
      ...{ traceparent, correlationId: 'ticket-4711' },
    }),
  );
});
