import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { serviceNames, type ShopService, shopServices } from '@daybook/contracts';
import { connectShop, type Shop } from '@daybook/replay';
import { type Balancer, openBalancer } from './support/balancer.ts';
import { type Lab, openLab } from './support/lab.ts';
import { expectSettled } from './support/settled.ts';
import { receiveOpeningStock, startTraffic, type Traffic } from './support/traffic.ts';

const drainMs = 1_000;

jest.setTimeout(120_000);

/** What people look at all the time, at each service. */
const looks = [
  ['order', '/v1/orders?limit=5'],
  ['inventory', '/v1/stock?limit=5'],
  ['payment', '/v1/payments?limit=5'],
  ['fulfilment', '/v1/sagas?limit=5'],
] as const;

/** Looks at everything ten times a second until it is told to stop; resolves with what failed. */
async function lookOn(shop: Shop, signal: AbortSignal): Promise<unknown[]> {
  const failures: unknown[] = [];
  while (!signal.aborted) {
    const answers = await Promise.allSettled(looks.map(([service, path]) => shop.get(service, path)));
    for (const answer of answers) {
      if (answer.status === 'rejected') failures.push(answer.reason);
      else if (answer.value.status !== 200) failures.push(answer.value);
    }
    await sleep(100);
  }
  return failures;
}

/**
 * A new release is rolled out: of each service one instance after the other is asked to stop (SIGTERM) and is started again, while orders
 * flow through balancers that ask who is ready. Clients here have no patience at all: one request that fails is a failure.
 */
describe('a rolling restart under load', () => {
  let lab: Lab;
  let balancers: Readonly<Record<ShopService, Balancer>>;
  let traffic: Traffic;
  let looking: Promise<unknown[]>;
  const enough = new AbortController();

  beforeAll(async () => {
    lab = await openLab({ instances: 2, instanceEnv: () => Promise.resolve({ SHUTDOWN_DRAIN_MS: String(drainMs) }) });
    const { instances } = lab.system.settings;
    const addresses = (name: ShopService): string[] =>
      instances.filter(({ service }) => service === name).map(({ port }) => `http://127.0.0.1:${port}`);
    const opened = await Promise.all(
      shopServices.map(async (name) => [name, await openBalancer(addresses(name))] as const),
    );
    balancers = Object.fromEntries(opened) as typeof balancers;
    const urls = Object.fromEntries(opened.map(([name, { url }]) => [name, url])) as Record<ShopService, string>;
    const shop = connectShop({ ...lab.system.urls, ...urls }, 0);
    await receiveOpeningStock(shop);
    traffic = startTraffic({ shop, seed: 7, customers: 6, pauseMs: 50 });
    looking = lookOn(shop, enough.signal);
    await sleep(1_000);
  });
  afterAll(async () => {
    enough.abort();
    await traffic?.stop();
    for (const balancer of Object.values(balancers ?? {})) await balancer.close();
    await lab?.close();
  });

  const lastWords = async (name: string): Promise<unknown> => {
    const log = await readFile(join(lab.system.settings.dataFolder, 'logs', `${name}.log`), 'utf8');
    return (JSON.parse(log.trimEnd().split('\n').at(-1) ?? '{}') as { msg?: unknown }).msg;
  };

  // The two instances of a service are never down at the same time; different services may well be.
  it.each([0, 1])('lets instance %i of every service finish, and no request fails', async (index) => {
    const restarted = lab.system.settings.instances.filter(({ id }) => id.endsWith(`-${index}`));
    expect(restarted).toHaveLength(serviceNames.length);
    const endedBefore = traffic.ended.length;
    await Promise.all(
      restarted.map(async ({ name }) => {
        const process_ = lab.system.process(name);
        const pid = process_.pid;
        await process_.stop();
        expect([name, await lastWords(name)]).toEqual([name, 'stopped']);
        await process_.start();
        expect(process_.pid).not.toBe(pid);
      }),
    );
    await sleep(1_000);
    expect(traffic.failures).toEqual([]);
    expect(traffic.ended.length).toBeGreaterThan(endedBefore);
  });

  it('leaves nothing open, lost or done twice, and every instance has had its share', async () => {
    enough.abort();
    expect(await looking).toEqual([]);
    await traffic.stop();
    await expectSettled(traffic, lab.shop, lab.system.env);
    for (const [name, { answered }] of Object.entries(balancers)) {
      const counts = [...answered.values()];
      expect([name, counts.length, Math.min(...counts) > 0]).toEqual([name, 2, true]);
    }
  });
});
