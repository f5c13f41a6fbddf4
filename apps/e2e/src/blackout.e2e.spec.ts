import { setTimeout as sleep } from 'node:timers/promises';
import { connectShop } from '@daybook/replay';
import { expectSettled } from './support/settled.ts';
import { findPlace, type Place, type Started, startAt } from './support/started.ts';
import { receiveOpeningStock, startTraffic, type Traffic } from './support/traffic.ts';

jest.setTimeout(150_000);

/** The machine goes off: everything is killed at the same moment, the supervisor with the rest. */
describe('kill -9 of everything at once', () => {
  let place: Place;
  let running: Started;
  let traffic: Traffic | undefined;

  beforeAll(async () => {
    place = await findPlace();
    running = startAt(place);
    await running.ready();
  });
  afterAll(async () => {
    await running?.destroy();
    await place?.remove();
    await traffic?.stop();
  });

  it('leaves orders that go on to their ends after the next start, which needs no cleaning up', async () => {
    const shop = connectShop(running.settings.urls);
    await receiveOpeningStock(shop);
    traffic = startTraffic({ shop, seed: 23, customers: 6, pauseMs: 50 });
    for (const flowMs of [4_000, 2_500]) {
      await sleep(flowMs);
      process.kill(-running.group, 'SIGKILL');
      await running.ended();
      running = startAt(place);
      await running.ready();
    }
    await traffic.stop();
    await expectSettled(traffic, shop, running.settings.env);
  });
});
