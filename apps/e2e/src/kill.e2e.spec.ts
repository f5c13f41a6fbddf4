import { setTimeout as sleep } from 'node:timers/promises';
import { type Lab, openLab } from './support/lab.ts';
import { seeded } from './support/random.ts';
import { expectSettled } from './support/settled.ts';
import { storyKinds, storyOf } from './support/stories.ts';
import { receiveOpeningStock, startTraffic, type Traffic } from './support/traffic.ts';
import { until } from '@daybook/replay';

const killed = [
  'order',
  'inventory',
  'payment',
  'fulfilment',
  'cosmos-emulator',
  'event-hubs-emulator',
  'azurite',
] as const;

jest.setTimeout(120_000);

/**
 * Every process in its turn is killed outright, and stays down for a while, as orders of every kind flow: all of them come to their right end
 * all the same. (Where the supervisor starts it again at once, it is the chaos spec that kills.)
 */
describe('kill -9', () => {
  const seed = 4;
  const random = seeded(seed);
  let lab: Lab;
  let traffic: Traffic;

  beforeAll(async () => {
    lab = await openLab({ restarts: false });
    await receiveOpeningStock(lab.shop);
    traffic = startTraffic({ shop: lab.shop, seed, customers: 5, pauseMs: 150 });
  });
  afterAll(async () => {
    await lab?.close();
    await traffic?.stop();
  });

  it.each(killed)('%s', async (name) => {
    await sleep(500 + random() * 1_000);
    const process_ = lab.system.process(name);
    const before = process_.pid ?? fail(`${name} does not run`);
    process.kill(before, 'SIGKILL');
    const meanwhile = traffic.tell(storyOf('several articles', random));
    await until(`${name} to be gone`, () => process_.pid === undefined);
    await sleep(500 + random() * 1_500);
    await process_.start();
    await until(`${name} to be another process`, () => process_.pid !== undefined && process_.pid !== before);
    expect((await meanwhile).status).toBe('shipped');
    expect(traffic.failures).toEqual([]);
  });

  it('leaves nothing open, lost or done twice', async () => {
    await traffic.stop();
    expect(new Set(traffic.ended.map(({ story }) => story.kind))).toEqual(new Set(storyKinds));
    await expectSettled(traffic, lab.shop, lab.system.env);
  });
});

function fail(message: string): never {
  throw new Error(message);
}
