import { eachService, eventsContainer, serviceNames } from '@daybook/contracts';
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
  const containers = await Promise.all(serviceNames.map((service) => filled(eventsContainer[service])));
  return eachService((service) => containers[serviceNames.indexOf(service)] as Container<StoredEvent>);
}

describe('Tamper evidence: verifyChains', () => {
  it('walks through every service', async () => {
    const events = await stores();
    await events.payment.batch('payments-2', [{ kind: 'delete', id: '1' }]);
    const results = await verifyChains(events, { runtime });
    expect(Object.keys(results)).toEqual(Object.values(eventsContainer));
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
    expect(new Set(seen)).toEqual(new Set(Object.values(eventsContainer).slice(2)));
    expect(Object.values(results).map((result) => result.events)).toEqual(serviceNames.map(() => 6));
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
