import { CosmosClient } from '@azure/cosmos';
import type { Container } from '@azure/cosmos';
import type { CosmosEmulator, FaultPlan, SeededFault } from '../index.ts';
import { createCosmosEmulator, EMULATOR_KEY } from '../index.ts';

describe('recorder and faults', () => {
  let emulator: CosmosEmulator;
  let client: CosmosClient;
  let container: Container;
  let nowMs: number;

  beforeEach(async () => {
    nowMs = 1_700_000_000_000;
    emulator = createCosmosEmulator({ storage: ':memory:', recordedRequestsMax: 50, now: () => nowMs });
    client = new CosmosClient({
      endpoint: 'https://embedded.invalid',
      key: EMULATOR_KEY,
      httpClient: emulator.httpClient,
      connectionPolicy: { enableEndpointDiscovery: false, retryOptions: { maxRetryAttemptCount: 0 } },
    });
    const { database } = await client.databases.create({ id: 'shop' });
    ({ container } = await database.containers.create({ id: 'events', partitionKey: { paths: ['/pk'] } }));
    emulator.recorder.reset();
  });
  afterEach(async () => {
    client.dispose();
    await emulator.close();
  });

  const create = (id: string, pk = 'p'): Promise<string> =>
    container.items.create({ id, pk }).then(
      () => 'created',
      (error: { code?: unknown }) => String(error.code),
    );
  const rule = (more: Partial<SeededFault>): FaultPlan => ({
    seed: 1,
    rules: [{ fault: { kind: 'reset-before' }, chance: 1, ...more }],
  });

  it('records each request with what the client was told', async () => {
    const { requestCharge } = await container.items.create({ id: 'a', pk: 'p' });
    await container.item('a', 'p').read();
    await create('a');
    await container.items.batch([{ operationType: 'Read', id: 'a' }], 'p');
    await container.items.query('SELECT * FROM c', { partitionKey: 'p' }).fetchAll();
    const entries = emulator.recorder.entries();
    expect(entries.map(({ operation, status }) => `${operation} ${status}`).sort()).toEqual(
      ['create-item 201', 'read-item 200', 'create-item 409', 'batch 200', 'query 200', 'query-plan 200'].sort(),
    );
    expect(entries[0]).toMatchObject({
      operation: 'create-item',
      database: 'shop',
      container: 'events',
      partitionKey: ['p'],
      requestCharge,
      atMs: 1_700_000_000_000,
    });
    expect(entries.every(({ durationMs }) => durationMs >= 0)).toBe(true);
  });

  it('keeps the newest requests only, in their order', async () => {
    for (let n = 0; n < 60; n += 1) await container.item(`${n}`, 'p').read();
    const entries = emulator.recorder.entries();
    expect(entries.map(({ id }) => id)).toEqual(Array.from({ length: 50 }, (_unused, n) => `${n + 10}`));
    expect(emulator.recorder.dropped()).toBe(10);
    emulator.recorder.reset();
    expect([emulator.recorder.entries(), emulator.recorder.dropped()]).toEqual([[], 0]);
  });

  it.each<[SeededFault['fault'], string, number]>([
    [{ kind: 'status', status: 429, substatus: 3200, retryAfterMs: 1 }, '429', 404],
    [{ kind: 'status', status: 449 }, '449', 404],
    [{ kind: 'status', status: 503 }, '503', 404],
    [{ kind: 'reset-before' }, 'ECONNRESET', 404],
    [{ kind: 'executed-but-lost' }, 'ECONNRESET', 200],
    [{ kind: 'delay', ms: 1 }, 'created', 200],
  ])('injects %j', async (fault, told, stored) => {
    emulator.faults.plan(rule({ fault, match: { operations: ['create-item'] } }));
    expect(await create('a')).toBe(told);
    emulator.faults.clear();
    expect((await container.item('a', 'p').read()).statusCode).toBe(stored);
    expect(Object.values(emulator.faults.injected())).toEqual([1]);
    const [first] = emulator.recorder.entries().filter(({ operation }) => operation === 'create-item');
    expect(first?.fault).toBe(Object.keys(emulator.faults.injected())[0]);
  });

  it('matches by operation, container and partition key, and as often as asked', async () => {
    emulator.faults.plan(rule({ match: { containers: ['events'], partitionKeys: ['q'] }, timesMax: 2 }));
    expect(await create('a', 'p')).toBe('created');
    expect([await create('a', 'q'), await create('a', 'q'), await create('a', 'q')]).toEqual([
      'ECONNRESET',
      'ECONNRESET',
      'created',
    ]);
    emulator.faults.plan(rule({ match: { containers: ['others'] } }));
    expect(await create('b')).toBe('created');
  });

  it('injects so long as asked', async () => {
    emulator.faults.plan(rule({ untilMs: 1000 }));
    nowMs += 999;
    expect(await create('a')).toBe('ECONNRESET');
    nowMs += 1;
    expect(await create('a')).toBe('created');
    expect(emulator.faults.injected()).toEqual({ 'reset-before': 1 });
  });

  it('injects the same for the same seed, about as often as asked', async () => {
    const run = async (seed: number): Promise<string> => {
      emulator.faults.plan({ seed, rules: [{ fault: { kind: 'status', status: 449 }, chance: 0.3 }] });
      let told = '';
      for (let n = 0; n < 100; n += 1) told += (await create(`${seed}`, `${seed}-${n}`)) === '449' ? 'x' : '.';
      expect(emulator.faults.injected()).toEqual({ 'status-449': told.replaceAll('.', '').length });
      return told;
    };
    const first = await run(7);
    expect(await run(7)).toBe(first);
    expect(await run(8)).not.toBe(first);
    expect(first.replaceAll('.', '').length).toBeGreaterThan(15);
    expect(first.replaceAll('.', '').length).toBeLessThan(45);
  });

  it('are administered over a port of loopback', async () => {
    const { url } = await emulator.listenAdmin({ port: 0 });
    const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
      const response = await fetch(`${url}${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, ...(response.status === 204 ? {} : ((await response.json()) as object)) };
    };
    expect(await call('POST', '/faults', rule({ timesMax: 1 }))).toEqual({ status: 204 });
    expect(await create('a')).toBe('ECONNRESET');
    expect(await call('GET', '/faults')).toMatchObject({ plan: { seed: 1 }, injected: { 'reset-before': 1 } });
    expect(await call('DELETE', '/faults')).toEqual({ status: 200, injected: { 'reset-before': 1 } });
    expect(await call('GET', '/faults')).toMatchObject({ plan: null });
    expect(await call('GET', '/requests')).toMatchObject({ requests: [{ operation: 'create-item', status: 0 }] });
    expect(await call('DELETE', '/requests')).toEqual({ status: 204 });
    expect(await call('GET', '/requests')).toEqual({ status: 200, requests: [], dropped: 0 });
    expect(await call('GET', '/')).toMatchObject({ status: 404 });
    expect(await call('POST', '/faults', { seed: 'x' })).toMatchObject({
      status: 400,
      message: expect.stringContaining('seed'),
    });
  });

  it.each<[string, unknown]>([
    ['chance', { chance: 2 }],
    ['fault.kind', { fault: { kind: 'fire' } }],
    ['fault.status', { fault: { kind: 'status', status: 200 } }],
    ['match.operations', { match: { operations: ['append'] } }],
    ['match has no field', { match: { container: 'events' } }],
    ['timesMax', { timesMax: 0 }],
    ['untilMs', { untilMs: '1s' }],
  ])('refuses a plan by naming %s', (field, change) => {
    expect(() => emulator.faults.plan(rule(change as Partial<SeededFault>))).toThrow(`rules[0].${field}`);
  });
});
