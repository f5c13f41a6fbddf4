import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { HubConfig } from './config.ts';
import { createEventHubsEmulator } from './emulator.ts';
import { numbered, receive, startEmulator, temporaryDirectory } from './test-support.ts';

describe('the data file', () => {
  const orders: HubConfig = { name: 'orders', partitions: 2 };
  let directory: ReturnType<typeof temporaryDirectory>;
  let storage: string;
  beforeEach(() => {
    directory = temporaryDirectory();
    storage = join(directory.path, 'data', 'events.sqlite');
  });
  afterEach(() => directory.dispose());

  const open = (hubs: readonly HubConfig[] = [orders]) => createEventHubsEmulator({ storage, hubs });

  it('keeps events, sequence numbers, offsets and the generation over a restart', async () => {
    const before = await startEmulator({ storage, hubs: [orders] });
    await before.producer().sendBatch(numbered(3), { partitionId: '1' });
    const [, , last] = await receive(before.consumer(), '1', 3);
    await before.stop();

    const after = await startEmulator({ storage, hubs: [orders] });
    await after.producer().sendBatch(numbered(1, 3), { partitionId: '1' });
    const [next] = await receive(after.consumer(), '1', 1, { offset: last?.offset ?? '' });
    expect(next).toMatchObject({ body: { number: 3 }, sequenceNumber: 3 });
    expect(after.emulator.generationId).toBe(before.emulator.generationId);
    await after.stop();
  });

  it('has another generation when it is another file', async () => {
    const first = open();
    const second = createEventHubsEmulator({ storage: ':memory:', hubs: [orders] });
    expect(second.generationId).not.toBe(first.generationId);
    await Promise.all([first.close(), second.close()]);
  });

  it('takes more hubs and groups, and keeps those it has', async () => {
    await open().close();
    const started = await startEmulator({ storage, hubs: [{ name: 'payments', partitions: 1 }] });
    started.emulator.addHubs([{ ...orders, consumerGroups: ['late'] }]);
    await started.producer().sendBatch(numbered(1), { partitionId: '0' });
    await started.producer('payments').sendBatch(numbered(1));
    expect(await receive(started.consumer('orders', 'late'), '0', 1)).toHaveLength(1);
    await started.stop();
  });

  it('refuses another partition count', async () => {
    await open().close();
    expect(() => open([{ name: 'ORDERS', partitions: 3 }])).toThrow(
      expect.objectContaining({
        code: 'EmulatorConfigError',
        message: expect.stringContaining('has 2 partitions and is configured with 3'),
      }),
    );
    await open().close();
  });

  it('is held by one emulator, which the refusal names', async () => {
    const holder = open();
    expect(() => open()).toThrow(
      expect.objectContaining({
        code: 'StorageError',
        message: expect.stringContaining(`in use by process ${process.pid}`),
      }),
    );
    await holder.close();
    await open().close();
  });

  it('is refused with another format version', async () => {
    await open().close();
    const sql = new DatabaseSync(storage);
    sql.exec('PRAGMA user_version = 2');
    sql.close();
    expect(() => open()).toThrow(expect.objectContaining({ message: expect.stringContaining('format version 2') }));
  });

  it('is refused when it is something else', () => {
    storage = join(directory.path, 'other.sqlite');
    const sql = new DatabaseSync(storage);
    sql.exec('CREATE TABLE something (id INTEGER)');
    sql.close();
    expect(() => open()).toThrow(expect.objectContaining({ message: expect.stringContaining('is not a data file') }));
    storage = join(directory.path, 'text');
    writeFileSync(storage, 'This is text, and long enough not to be taken for an empty file.'.repeat(20));
    expect(() => open()).toThrow(expect.objectContaining({ message: expect.stringContaining('is not a SQLite file') }));
  });
});
