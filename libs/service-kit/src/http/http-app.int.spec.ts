import { connect } from 'node:net';
import { Router } from 'express';
import { createHealth } from '../health.ts';
import type { Log } from '../log.ts';
import { silentLog } from '../log.ts';
import { type Client, serve } from '../testing/testing.ts';
import { startHttp } from './http-app.ts';
import { counterService, type CounterService } from './test-support/counter.ts';

let service: CounterService;
let client: Client;
const errors: object[] = [];
const log: Log = { ...silentLog, error: (fields) => void errors.push(fields) };

beforeEach(async () => {
  service = counterService();
  client = await serve(service.routes, { log });
  errors.length = 0;
});
afterEach(() => client.close());

const by = (count: number): object => ({ by: count });

it.each(['/counters', '/nowhere', '/broken/anything', '/health/live', '/health/ready'])(
  'what is answered at %s is not kept, not guessed at and not run, and does not say what we run',
  async (path) => {
    const { headers } = await client.get(path);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none';/);
    expect(headers.get('x-powered-by')).toBeNull();
  },
);

describe('a problem', () => {
  it('is a document of RFC 9457 with a stable code', async () => {
    const { status, headers, body } = await client.get('/nowhere?x=1');
    expect(status).toBe(404);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(body).toEqual({
      type: 'about:blank',
      title: 'Not found',
      status: 404,
      code: 'no-such-route',
      detail: 'There is nothing at GET /nowhere.',
      requestId: headers.get('x-request-id'),
    });
  });

  it('names every bad field of a body', async () => {
    const { status, body } = await client.post('/counters/a', { by: -1, note: 'far too long for this', other: 1 });
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'invalid-request', detail: expect.stringMatching(/^by: .*\(and 2 more\)$/) });
    expect((body['errors'] as { field: string }[]).map(({ field }) => field)).toEqual(['by', 'note', 'body']);
  });

  it.each(['{"by":', 'by=1', '"a string'])('says that %j is not JSON', async (text) => {
    const { status, body } = await client.post('/counters/a', text);
    expect([status, body['code']]).toEqual([400, 'bad-json']);
  });

  it('says that there is no body, or one of another type', async () => {
    const without = await client.post('/counters/a');
    expect([without.status, without.body['code']]).toEqual([400, 'invalid-request']);
    const text = await client.post('/counters/a', 'by=1', { 'content-type': 'text/plain' });
    expect([text.status, text.body['code']]).toEqual([415, 'unsupported-media-type']);
  });

  it('says that a body is too large, and takes one that just fits', async () => {
    const padded = (bytes: number): string => '{"by":1}'.padEnd(bytes, ' ');
    const large = await client.post('/counters/a', padded(1_048_577));
    expect([large.status, large.body['code']]).toEqual([413, 'body-too-large']);
    expect((await client.post('/counters/a', padded(1_048_576))).status).toBe(201);
  });

  it('is a 400 for a path that cannot be decoded', async () => {
    const { status, body } = await client.get('/counters/%E0%A4%A/events');
    expect([status, body['code']]).toEqual([400, 'bad-request']);
  });

  it.each([
    ['append-outcome-unknown', 503, 'outcome-unknown'],
    ['concurrency-conflict', 503, 'too-busy'],
    ['throttled', 503, 'unavailable'],
    ['unavailable', 503, 'unavailable'],
  ])('tells for %s when to try again', async (thrown, status, code) => {
    const reply = await client.get(`/broken/${thrown}`);
    expect([reply.status, reply.body['code'], reply.headers.get('retry-after')]).toEqual([status, code, '1']);
    expect(errors).toHaveLength(1);
  });

  it('keeps to itself what is wrong inside, and logs it', async () => {
    const { status, body } = await client.get('/broken/anything');
    expect([status, body['code']]).toEqual([500, 'internal-error']);
    expect(JSON.stringify(body)).not.toContain('secret');
    expect(errors).toMatchObject([{ err: { message: 'a secret of ours' }, method: 'GET', path: '/broken/anything' }]);
  });

  it('of the client is not logged as an error of ours', async () => {
    await client.get('/nowhere');
    expect(errors).toEqual([]);
  });
});

describe('a request id', () => {
  const idOf = async (headers: Readonly<Record<string, string>> = {}): Promise<string | null> =>
    (await client.get('/nowhere', headers)).headers.get('x-request-id');

  it('is on every answer: the client’s own, or a new one', async () => {
    expect(await idOf({ 'x-request-id': 'checkout-7' })).toBe('checkout-7');
    expect(await idOf()).not.toBe(await idOf());
    expect(await idOf({ 'x-request-id': 'no spaces' })).toMatch(/^[0-9a-f-]{36}$/);
    expect((await client.get('/health/live')).headers.get('x-request-id')).not.toBeNull();
  });

  it('is logged with what went wrong inside', async () => {
    await client.get('/broken/anything', { 'x-request-id': 'r9' });
    expect(errors).toMatchObject([{ requestId: 'r9' }]);
  });
});

describe('what is no request', () => {
  /** What the server says to these bytes, before it hangs up. */
  const told = (bytes: string, port = client.port): Promise<string> =>
    new Promise((resolve, reject) => {
      let text = '';
      const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });

  it.each([
    ['rubbish', 'hello\r\n\r\n', 400, 'bad-http'],
    [
      'a header that is too large',
      `GET / HTTP/1.1\r\nhost: x\r\na: ${'b'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers-too-large',
    ],
    ['an address that is too long', `GET /${'b'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`, 431, 'headers-too-large'],
  ])('%s, is told so by a problem', async (_what, bytes, status, code) => {
    const [head = '', body = ''] = (await told(bytes)).split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head).toContain('application/problem+json');
    expect(JSON.parse(body)).toMatchObject({ status, code, requestId: expect.any(String) });
  });

  it('or does not become one in time, is told so too', async () => {
    const arrival = { headersMs: 50, requestMs: 100 };
    const http = await startHttp({ port: 0, routes: Router(), health: createHealth(), log, arrival });
    try {
      for (const begun of [
        'GET / HTTP/1.1\r\nhost',
        'POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
      ]) {
        expect(await told(begun, http.port)).toMatch(/^HTTP\/1.1 408 .*"code":"request-timeout"/s);
      }
    } finally {
      await http.close(0);
    }
  });

  it('harms nobody', async () => {
    await told('hello\r\n\r\n');
    expect((await client.post('/counters/a', by(1))).status).toBe(201);
  });
});

describe('a command', () => {
  it('answers with the new version as its ETag, and where it is', async () => {
    const { status, headers, body } = await client.post('/counters/a', by(4));
    expect([status, body]).toEqual([201, { total: 4, version: 1 }]);
    expect([headers.get('etag'), headers.get('location')]).toEqual(['"1"', '/counters/a']);
    expect(headers.get('x-powered-by')).toBeNull();
  });

  it('that is refused by the state is a 409 that says how much', async () => {
    await client.post('/counters/a', by(9));
    const { status, body } = await client.post('/counters/a', by(2));
    expect([status, body]).toMatchObject([409, { code: 'too-many', detail: '9 of 10 are counted', total: 9 }]);
  });

  it('with nothing to do is answered like one that did it before', async () => {
    expect(await client.post('/counters/a', by(0))).toMatchObject({ status: 201, body: { total: 0, version: 0 } });
  });

  it('records who asked, and goes on with the trace of the client', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await client.post('/counters/a', by(1), { traceparent, 'x-request-id': 'r1', 'x-correlation-id': 'c1' });
    const [event] = (await service.store.read({ streamId: 'counter-a' })).events;
    expect(event?.metadata).toEqual({
      commandKey: expect.stringMatching(/^http:[0-9a-f-]{36}$/),
      correlationId: 'c1',
      causationId: 'request:r1',
      actor: 'anonymous',
      traceparent: expect.stringMatching(/^00-4bf92f3577b34da6a3ce929d0e0e4736-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$/),
    });
  });

  it.each([
    ['Idempotency-Key', 'with space'],
    ['Idempotency-Key', 'x'.repeat(201)],
    ['X-Request-Id', 'a/b'],
    ['X-Correlation-Id', 'x'.repeat(101)],
    ['If-Match', '3'],
    ['If-Match', '"three"'],
    ['If-Match', '"1", "2"'],
  ])('refuses an impossible %s (%#) and names it', async (name, value) => {
    const { status, body } = await client.post('/counters/a', by(1), { [name]: value });
    expect([status, body['code']]).toEqual([400, 'invalid-header']);
    expect(body['detail']).toMatch(new RegExp(`^${name}: `));
    expect((await service.store.read({ streamId: 'counter-a' })).events).toEqual([]);
  });
});

describe('an Idempotency-Key', () => {
  const key = { 'Idempotency-Key': 'k1' };

  it('carries a command out once, and gives the same answer again', async () => {
    const first = await client.post('/counters/a', by(4), key);
    const again = await client.post('/counters/a', by(4), key);
    expect([again.status, again.body, again.headers.get('location')]).toEqual([201, first.body, '/counters/a']);
    expect((await service.store.read({ streamId: 'counter-a' })).events).toHaveLength(1);
  });

  it('also where both arrive at once, and where the state would refuse it by now', async () => {
    const both = await Promise.all([client.post('/counters/a', by(8), key), client.post('/counters/a', by(8), key)]);
    expect(both.map(({ status }) => status)).toEqual([201, 201]);
    expect((await client.post('/counters/a', by(8), key)).status).toBe(201);
    expect((await service.store.read({ streamId: 'counter-a' })).events).toHaveLength(1);
  });

  it('also with an If-Match, which held when it was carried out', async () => {
    const conditional = { ...key, 'If-Match': '"0"' };
    expect((await client.post('/counters/a', by(1), conditional)).status).toBe(201);
    expect((await client.post('/counters/a', by(1), conditional)).status).toBe(201);
  });

  it('with another body is refused', async () => {
    await client.post('/counters/a', by(4), key);
    const { status, body } = await client.post('/counters/a', by(5), key);
    expect([status, body['code']]).toEqual([422, 'idempotency-key-reused']);
    expect((await service.store.read({ streamId: 'counter-a' })).events).toHaveLength(1);
  });

  it('of a command that was refused may be used for another one', async () => {
    expect((await client.post('/counters/a', by(11), key)).status).toBe(409);
    expect((await client.post('/counters/a', by(1), key)).status).toBe(201);
  });

  it('without one, the same request twice is two commands, also under one request id', async () => {
    const headers = { 'X-Request-Id': 'r1' };
    await client.post('/counters/a', by(1), headers);
    expect((await client.post('/counters/a', by(1), headers)).body).toEqual({ total: 2, version: 2 });
  });
});

describe('If-Match', () => {
  it('lets a command through at the version that it names, in either form, and at any for *', async () => {
    await client.post('/counters/a', by(1));
    expect((await client.post('/counters/a', by(1), { 'If-Match': '"1"' })).status).toBe(201);
    expect((await client.post('/counters/a', by(1), { 'If-Match': 'W/"2"' })).status).toBe(201);
    expect((await client.post('/counters/a', by(1), { 'If-Match': '*' })).body).toEqual({ total: 4, version: 4 });
  });

  it('refuses at another one, and tells the current', async () => {
    await client.post('/counters/a', by(1));
    const { status, headers, body } = await client.post('/counters/a', by(1), { 'If-Match': '"7"' });
    expect([status, body['code'], body['version'], headers.get('etag')]).toEqual([412, 'version-mismatch', 1, '"1"']);
  });
});

describe('a list', () => {
  beforeEach(async () => {
    for (const id of ['a', 'b', 'c']) await client.post(`/counters/${id}`, by(3));
    await service.catchUpAll();
  });

  it('comes in pages', async () => {
    const first = await client.get('/counters');
    expect(first.body['items']).toHaveLength(2);
    const next = encodeURIComponent(String(first.body['next']));
    expect((await client.get(`/counters?after=${next}`)).body).toEqual({ items: [{ total: 3 }] });
  });

  it.each(['garbage', '%00', 'e30', 'a'.repeat(7000)])('refuses a cursor that is not its own (%#)', async (cursor) => {
    const { status, body } = await client.get(`/counters?after=${cursor}`);
    expect([status, body['code']]).toEqual([400, 'bad-cursor']);
  });
});

describe('the events of a stream', () => {
  beforeEach(async () => {
    for (let n = 0; n < 3; n += 1) await client.post('/counters/a', by(1));
  });

  it('come as they are stored, without what is the store’s own', async () => {
    const { body } = await client.get('/counters/a/events?limit=1');
    expect(body['next']).toBe('1');
    const [event] = body['items'] as Record<string, unknown>[];
    expect(event).toMatchObject({ streamId: 'counter-a', version: 1, type: 'Counted', schemaVersion: 1, data: by(1) });
    expect(Object.keys(event ?? {}).filter((name) => /^(_|id$|dedup$)/.test(name))).toEqual([]);
  });

  it('come in pages by version', async () => {
    const { body } = await client.get('/counters/a/events?after=1&limit=5');
    expect((body['items'] as { version: number }[]).map(({ version }) => version)).toEqual([2, 3]);
    expect(body).not.toHaveProperty('next');
    expect((await client.get('/counters/a/events?after=3')).body).toEqual({ items: [] });
  });

  it.each(['after=x', 'after=-1', 'limit=0', 'limit=501', 'other=1'])('refuse the query %s', async (query) => {
    const { status, body } = await client.get(`/counters/a/events?${query}`);
    expect([status, body['code']]).toEqual([400, 'invalid-request']);
  });

  it('of a stream that is not there are a 404', async () => {
    expect((await client.get('/counters/b/events')).status).toBe(404);
  });
});

describe('health', () => {
  it('is live at once, ready when every check says so', async () => {
    const health = createHealth();
    const probe = await serve(Router(), { health });
    try {
      expect(await probe.get('/health/live')).toMatchObject({ status: 200, body: { status: 'live' } });
      expect(await probe.get('/health/ready')).toMatchObject({ status: 503, body: { ready: false, checks: {} } });
      let healthy = false;
      health.add({ name: 'feed', check: () => ({ healthy, detail: { behind: 3 } }) });
      health.add({ name: 'hub', check: () => ({ healthy: true }) });
      expect(await probe.get('/health/ready')).toMatchObject({ status: 503, body: { ready: false } });
      healthy = true;
      expect(await probe.get('/health/ready')).toMatchObject({
        status: 200,
        body: { ready: true, checks: { feed: { healthy: true, detail: { behind: 3 } }, hub: { healthy: true } } },
      });
    } finally {
      await probe.close();
    }
  });
});

describe('a service that is leaving', () => {
  it('is not ready, still answers, and asks its clients to let go', async () => {
    const health = createHealth();
    health.add({ name: 'feed', check: () => ({ healthy: true }) });
    const probe = await serve(Router(), { health });
    try {
      expect((await probe.get('/health/ready')).status).toBe(200);
      health.leave();
      expect(await probe.get('/health/ready')).toMatchObject({ status: 503, body: { ready: false, leaving: true } });
      const answer = await probe.get('/health/live');
      expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
    } finally {
      await probe.close();
    }
  });
});

describe('the server', () => {
  it('says which port is in use and which variable sets another', async () => {
    const again = startHttp({ port: client.port, routes: Router(), health: createHealth(), log });
    await expect(again).rejects.toThrow(`port ${client.port} is in use; set PORT`);
  });

  it('lets a request that is under way end when it closes, and takes no other', async () => {
    const routes = Router();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const arrived = new Promise<void>((resolve) => {
      routes.get('/slow', async (_request, response) => {
        resolve();
        await held;
        response.json({ done: true });
      });
    });
    const http = await startHttp({ port: 0, routes, health: createHealth(), log });
    const answer = fetch(`http://127.0.0.1:${http.port}/slow`);
    await arrived;
    const closed = http.close(10_000);
    await expect(fetch(`http://127.0.0.1:${http.port}/slow`)).rejects.toThrow();
    release();
    expect(await (await answer).json()).toEqual({ done: true });
    await closed;
  });

  it('does not wait for a client that never ends', async () => {
    const http = await startHttp({ port: 0, routes: Router(), health: createHealth(), log });
    const socket = connect(http.port, '127.0.0.1');
    socket.on('error', () => undefined);
    await new Promise<void>((resolve) => socket.write('GET / HTTP/1.1\r\nhost: x\r\n', () => resolve()));
    await http.close(20);
    socket.destroy();
  });
});
