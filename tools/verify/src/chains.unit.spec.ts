import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEventStore, type StoredEvent } from '@daybook/eventstore';
import { type Container, ContainerError, memoryContainer, virtualRuntime } from '@daybook/ports';
import { verifyChains } from './chains.ts';

const runtime = virtualRuntime({ seed: 1 });
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybook-chains-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function filled(name: string): Promise<Container<StoredEvent>> {
  const container = memoryContainer<StoredEvent>({
    name,
    runtime,
    partitionKey: ({ streamId }) => streamId,
    uniqueKeys: ['/dedup'],
  });
  const store = createEventStore({ container: container as never, runtime });
  const metadata = { commandKey: 'k', correlationId: 'c', causationId: 'c', actor: 'a', traceparent: '' };
  const event = { type: 'Happened', schemaVersion: 1, data: {} };
  for (const id of [1, 2, 3]) {
    await store.append({ streamId: `${name}-${id}`, expectedVersion: 0, events: [event, event], metadata });
  }
  return container;
}

async function stores() {
  const [order, inventory, payment, fulfilment] = [
    await filled('orders'),
    await filled('stock'),
    await filled('payments'),
    await filled('sagas'),
  ];
  return { order, inventory, payment, fulfilment };
}

describe('Tamper evidence: verifyChains', () => {
  it('walks through every service', async () => {
    const events = await stores();
    await events.payment.batch('payments-2', [{ kind: 'delete', id: '1' }]);
    const results = await verifyChains(events, { runtime });
    expect(Object.keys(results)).toEqual(['orders', 'stock', 'payments', 'sagas']);
    expect(results['orders']).toMatchObject({ events: 6, streams: 3, bad: [] });
    expect(results['payments']?.bad).toMatchObject([{ streamId: 'payments-2', version: 1 }]);
  });

  it('goes on from what is kept, and keeps nothing once it is complete', async () => {
    const events = await stores();
    const resumeFile = join(folder, 'walk.json');
    const refused = new ContainerError('forbidden', 'payments', 'not now');
    const broken = { ...events.payment, feedPage: () => Promise.reject(refused) };
    await expect(verifyChains({ ...events, payment: broken }, { runtime, resumeFile })).rejects.toBe(refused);
    expect(Object.keys(JSON.parse(readFileSync(resumeFile, 'utf8')) as object)).toEqual(['orders', 'stock']);

    const seen: string[] = [];
    const onProgress = (container: string) => void seen.push(container);
    const results = await verifyChains(events, { runtime, resumeFile, onProgress });
    expect(new Set(seen)).toEqual(new Set(['payments', 'sagas']));
    expect(Object.values(results).map((result) => result.events)).toEqual([6, 6, 6, 6]);
    expect(existsSync(resumeFile)).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each(['Dear all', '{"dear":"all"}', '[1]', 'null', ''])(
    'refuses a file that is something else: %j',
    async (text) => {
      const resumeFile = join(folder, 'letter.txt');
      writeFileSync(resumeFile, text);
      await expect(verifyChains(await stores(), { runtime, resumeFile })).rejects.toThrow(
        'letter.txt: is no checkpoint',
      );
      expect(readFileSync(resumeFile, 'utf8')).toBe(text);
    },
  );
});
