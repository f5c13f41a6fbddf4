import { serviceNames } from '@daybook/contracts';
import { type Lab, openLab } from './support/lab.ts';
import { placing } from './support/placing.ts';

jest.setTimeout(120_000);

/** Nobody promises in which order a cluster starts what it runs. */
describe('starting in the wrong order', () => {
  let lab: Lab;
  const stores = ['event-hubs-emulator', 'azurite', 'cosmos-emulator'] as const;

  beforeAll(async () => {
    lab = await openLab({ restarts: false });
    for (const name of [...serviceNames, ...stores]) await lab.system.process(name).stop();
  });
  afterAll(() => lab?.close());

  it('the services first and the stores one by one after them, ends with all of them ready and an order that goes all the way', async () => {
    // None of them ends because something is not there yet: with `restarts: false` its start would fail.
    const services = Promise.all(serviceNames.map((service) => lab.system.process(service).start()));
    for (const name of stores) {
      // Longer, all in all, than anything is tried again that somebody waits for.
      const waited = await Promise.race([services.then(() => 'ready'), pause(3_000)]);
      expect(waited).toBe('waiting');
      await lab.system.process(name).start();
    }
    await services;
    const at = placing(lab.shop);
    const sku = await at.article(5);
    const orderId = await at.place([at.line(sku, 2)]);
    await at.becomes(orderId, 'confirmed');
    expect(await at.does(orderId, 'ship')).toBe(200);
    expect(await at.over(orderId)).toBe('shipped');
  });
});

const pause = (ms: number): Promise<'waiting'> => new Promise((resolve) => setTimeout(() => resolve('waiting'), ms));
