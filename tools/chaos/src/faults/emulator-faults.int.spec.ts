import { createCosmosEmulator } from '@daybook/cosmos-emulator';
import { createEmulatorFaults } from './emulator-faults.ts';

/** Requests meet the faults or are refused for their missing signature. */
const statuses = async (url: string): Promise<number> => (await fetch(`${url}/dbs/none`)).status;

describe('faults of an emulator', () => {
  const open = async (ports = { main: 0, admin: 0 }) => {
    const emulator = createCosmosEmulator({ storage: ':memory:' });
    const { url, port } = await emulator.listen({ host: '127.0.0.1', port: ports.main });
    const admin = await emulator.listenAdmin({ port: ports.admin });
    return { emulator, url, ports: { main: port, admin: admin.port }, adminUrl: admin.url };
  };
  const becomes = async (url: string, status: number): Promise<void> => {
    while ((await statuses(url)) !== status) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  const status = (code: number) => ({ fault: { kind: 'status', status: code }, chance: 1 });

  it('begin, end and are counted, several at once; at the end there is none', async () => {
    const { emulator, url, adminUrl } = await open();
    const faults = createEmulatorFaults(adminUrl, 1);
    const endThrottling = faults.begin('cosmos-429', status(429));
    await becomes(url, 429);
    faults.begin('cosmos-503', status(503));
    endThrottling();
    await becomes(url, 503);
    expect(await faults.stop(5_000)).toBe(true);
    expect([429, 503]).not.toContain(await statuses(url));
    expect(faults.counts()['cosmos-429']).toBeGreaterThan(0);
    expect(faults.counts()['cosmos-503']).toBeGreaterThan(0);
    await emulator.close();
  });

  it('are there again when the emulator was started again, and what is counted stays', async () => {
    const before = await open();
    const faults = createEmulatorFaults(before.adminUrl, 1);
    faults.begin('cosmos-503', status(503));
    await becomes(before.url, 503);
    while ((faults.counts()['cosmos-503'] ?? 0) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    const counted = faults.counts()['cosmos-503'] ?? 0;
    await before.emulator.close();
    const after = await open(before.ports);
    await becomes(after.url, 503);
    expect(await faults.stop(5_000)).toBe(true);
    expect(faults.counts()['cosmos-503']).toBeGreaterThan(counted);
    await after.emulator.close();
  });

  it('says when the emulator cannot be told to end them', async () => {
    const { emulator, url, adminUrl } = await open();
    const faults = createEmulatorFaults(adminUrl, 1);
    faults.begin('cosmos-503', status(503));
    await becomes(url, 503);
    await emulator.close();
    expect(await faults.stop(300)).toBe(false);
  });
});
