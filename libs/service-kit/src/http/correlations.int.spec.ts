import { commonEndpoints } from '@daybook/contracts';
import { documented, serve } from '../testing/testing.ts';
import { counterService } from './test-support/counter.ts';

it('GET /v1/events answers as its document says, with success and with a problem', async () => {
  const own = commonEndpoints.filter(({ path }) => path === '/v1/events');
  const client = await serve(counterService().routes);
  const driver = documented(client, own);
  try {
    for (const id of ['a', 'b']) await client.post(`/counters/${id}`, { by: 1 }, { 'X-Correlation-Id': 'both' });
    const first = (await driver.get('/v1/events?correlationId=both&limit=1')).body;
    const rest = (await driver.get(`/v1/events?correlationId=both&after=${String(first['next'])}`)).body;
    expect([first, rest].flatMap(({ items }) => items)).toMatchObject([
      { streamId: 'counter-a' },
      { streamId: 'counter-b' },
    ]);
    expect((await driver.get('/v1/events')).body['code']).toBe('invalid-request');
    expect((await driver.get('/v1/events?correlationId=both&after=x')).body['code']).toBe('bad-cursor');
    expect(driver.undriven()).toEqual({ success: [], problem: [] });
  } finally {
    await client.close();
  }
});
