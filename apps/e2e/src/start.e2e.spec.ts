import { connect } from 'node:net';
import { fetchAs, holderOf } from '@daybook/local';
import { booksOf, connectShop, expectStatus, until } from '@daybook/replay';
import { findPlace, isFree, type Place, processesIn, type Started, startAt } from './support/started.ts';

jest.setTimeout(120_000);

describe('npm start', () => {
  const places: Place[] = [];
  const running: Started[] = [];
  const start = (place: Pick<Place, 'dataFolder' | 'offset'>): Started => {
    const started = startAt(place);
    running.push(started);
    return started;
  };
  let first: Started;
  let second: Started;

  beforeAll(async () => {
    places.push(await findPlace(), await findPlace());
    [first, second] = [start(placeOf(0)), start(placeOf(1))];
    await Promise.all([first.ready(), second.ready()]);
  });
  afterAll(async () => {
    await Promise.all(running.map((started) => started.destroy()));
    await Promise.all(places.map((place) => place.remove()));
  });
  const placeOf = (index: number): Place => places[index] ?? fail();

  /** Places an order for postage and waits until it is confirmed. */
  const order = async ({ settings }: Started, orderId: string): Promise<void> => {
    const shop = connectShop(settings.urls);
    const body = {
      orderId,
      customerId: 'c-17850',
      currency: 'GBP',
      lines: [{ sku: 'POST', quantity: 1, unitPrice: 395 }],
      payment: { token: 'tok_approve' },
    };
    expectStatus(await shop.post('order', '/v1/orders', body, orderId), [202], orderId);
    await until(`${orderId} to be confirmed`, async () => (await booksOf(shop).order(orderId)).status === 'confirmed');
  };

  it('runs two systems side by side with DAYBOOK_PORT_OFFSET', async () => {
    await Promise.all([order(first, 'of-the-first'), order(second, 'of-the-second')]);
    const elsewhere = await fetchAs(second.settings.urls, { role: 'operator' })(
      `${second.settings.urls.order}/v1/orders/of-the-first`,
    );
    expect(elsewhere.status).toBe(404);
  });

  it('listens on loopback only', async () => {
    const { ports } = first.settings;
    const outside = Object.values(ports).map((port: number) => accepts('127.0.0.2', port));
    // On Linux all of 127.0.0.0/8 is this machine: who listens on all addresses would answer there.
    if (process.platform === 'linux') expect(await Promise.all(outside)).toEqual(outside.map(() => false));
  });

  it('refuses a data folder that is in use, naming its holder', async () => {
    const { dataFolder } = placeOf(0);
    const holder = holderOf(dataFolder);
    const refused = start({ dataFolder, offset: placeOf(1).offset });
    expect(await refused.ended()).toBe(1);
    expect(refused.output()).toContain(`${dataFolder} is in use by npm start (process ${holder?.pid},`);
    expect(refused.output()).not.toMatch(/^ready$/m);
  });

  it('refuses a port that is in use, naming it and the variable', async () => {
    const place = await findPlace();
    places.push(place);
    const refused = start({ dataFolder: place.dataFolder, offset: placeOf(0).offset });
    expect(await refused.ended()).toBe(1);
    expect(refused.output()).toContain(`Port ${first.settings.ports.order}`);
    expect(refused.output()).toContain('DAYBOOK_PORT_OFFSET');
  });

  it('ends at Ctrl-C without a process, a port or a lock left behind', async () => {
    for (const { group } of [first, second]) {
      // The terminal signals the whole group; an impatient user does it twice.
      process.kill(-group, 'SIGINT');
      process.kill(-group, 'SIGINT');
    }
    for (const [index, started] of [first, second].entries()) {
      expect(await started.ended()).toBe(0);
      expect(processesIn(started.group)).toEqual([]);
      const ports = Object.values(started.settings.ports);
      expect(await Promise.all(ports.map((port: number) => isFree(port)))).toEqual(ports.map(() => true));
      expect(holderOf(placeOf(index).dataFolder)).toBeUndefined();
    }
  });

  it('starts again on the same data, and leaves nothing behind when it is killed itself', async () => {
    const again = start(placeOf(0));
    await again.ready();
    expect((await booksOf(connectShop(again.settings.urls)).order('of-the-first')).status).toBe('confirmed');
    const supervisor = holderOf(placeOf(0).dataFolder)?.pid ?? fail();
    process.kill(supervisor, 'SIGKILL');
    await until('all to be gone', () => processesIn(again.group).length === 0, { timeoutMs: 5_000 });
  });

  it('needs no cleaning up after that, and ends at SIGTERM', async () => {
    const again = start(placeOf(0));
    await again.ready();
    await order(again, 'of-the-next-run');
    process.kill(again.group, 'SIGTERM');
    expect(await again.ended()).toBe(0);
    expect(processesIn(again.group)).toEqual([]);
  });

  it('ends at Ctrl-C while it is starting, too', async () => {
    const early = start(placeOf(1));
    await until('the first processes', () => processesIn(early.group).length > 3);
    process.kill(-early.group, 'SIGINT');
    expect(await early.ended()).toBe(0);
    expect(early.output()).not.toMatch(/^ready$/m);
    expect(processesIn(early.group)).toEqual([]);
    expect(holderOf(placeOf(1).dataFolder)).toBeUndefined();
  });
});

const accepts = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2_000 });
    const done = (answer: boolean) => (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', done(true)).once('error', done(false)).once('timeout', done(false));
  });

function fail(): never {
  throw new Error('no such place');
}
