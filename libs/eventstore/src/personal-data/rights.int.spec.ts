import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cosmosClient, cosmosContainer } from '@daybook/azure';
import {
  auditContainer,
  containers,
  databaseName,
  dataRoleAssignments,
  dataRoleDefinitions,
  eventsContainer,
  orderPersonalData,
  subjectKeysContainer,
} from '@daybook/contracts';
import { type CosmosEmulator, EMULATOR_KEY, createCosmosEmulator, devTokenCredential } from '@daybook/cosmos-emulator';
import { type Container, type Operation, systemRuntime } from '@daybook/ports';
import { createAuditLog } from '../audit/audit-log.ts';
import { eventCodec } from '../codec.ts';
import { createEventStore } from '../event-store.ts';
import type { StoredEvent } from '../stored-event.ts';
import { createErasure } from './erasure.ts';
import { fileKeyWrapper } from './file-key-wrapper.ts';
import { protectedCodec } from './protected-codec.ts';
import { createSubjectKeys } from './subject-keys.ts';
import { request } from './test-support.ts';

const names = { events: eventsContainer.order, keys: subjectKeysContainer('order'), audit: auditContainer('order') };
const runtime = systemRuntime();
const codec = eventCodec({ OrderSubmitted: { version: 2, schema: { parse: (data) => data } } });

describe('Personal data and Audit, with the rights of the order service and no more', () => {
  let emulator: CosmosEmulator;
  let folder: string;
  let mine: Record<keyof typeof names, Container>;
  const clients: ReturnType<typeof cosmosClient>[] = [];
  const connect = (who: Pick<Parameters<typeof cosmosClient>[0], 'key' | 'credential'>) => {
    const client = cosmosClient({ endpoint: 'https://embedded.invalid', httpClient: emulator.httpClient, ...who });
    clients.push(client);
    return client.database(databaseName);
  };
  const openedBy = (oid: string): typeof mine => {
    const database = connect({ credential: devTokenCredential({ oid }) });
    const open = (name: string): Container => cosmosContainer(database.container(name));
    return { events: open(names.events), keys: open(names.keys), audit: open(names.audit) };
  };
  const openKeys = () =>
    createSubjectKeys({ container: mine.keys, wrapper: fileKeyWrapper(join(folder, 'keys.key')), runtime });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'daybook-rights-'));
    const roleAssignments = dataRoleAssignments({ order: 'order-identity', inventory: 'inventory-identity' });
    emulator = createCosmosEmulator({
      storage: ':memory:',
      roles: { roleDefinitions: dataRoleDefinitions, roleAssignments },
    });
    const client = cosmosClient({
      endpoint: 'https://embedded.invalid',
      httpClient: emulator.httpClient,
      key: EMULATOR_KEY,
    });
    clients.push(client);
    const { database } = await client.databases.create({ id: databaseName });
    for (const name of Object.values(names)) {
      const { partitionKey = '', uniqueKeys = [], indexed = [] } = containers.find((each) => each.name === name) ?? {};
      await database.containers.create({
        id: name,
        partitionKey: { paths: [partitionKey] },
        ...(uniqueKeys.length === 0
          ? {}
          : { uniqueKeyPolicy: { uniqueKeys: uniqueKeys.map((path) => ({ paths: [path] })) } }),
        indexingPolicy: {
          includedPaths: indexed.map((path) => ({ path: `${path}/?` })),
          excludedPaths: [{ path: '/*' }],
        },
      });
    }
    mine = openedBy('order-identity');
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.dispose();
    await emulator.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are written, opened, erased and put on record', async () => {
    const keys = openKeys();
    const writing = protectedCodec(codec, { personal: orderPersonalData, keys });
    const event = { type: 'OrderSubmitted', data: { customerId: '17850', shipTo: { name: 'Ada' } } } as const;
    await writing.prepareEncode?.('order-1', [event]);
    const metadata = { commandKey: 'c', correlationId: 'c', causationId: 'c', actor: 'test', traceparent: '' };
    const store = createEventStore({ container: mine.events, runtime });
    await store.append({ streamId: 'order-1', expectedVersion: 0, events: [writing.encode(event)], metadata });
    const audit = createAuditLog({ container: mine.audit, runtime });
    const erase = createErasure({
      ...{ keys, audit, personal: orderPersonalData, derived: [], keyBackupDays: 7 },
      events: mine.events as Container<StoredEvent>,
    });
    const receipt = await erase('17850', request());
    expect(receipt).toMatchObject({ subject: '17850', streams: ['order-1'], streamCount: 1 });
    expect(await audit.find('subject-17850', receipt?.kid as string)).toMatchObject({ details: receipt });
  });

  it('leave a record, and the place of a key, for good', async () => {
    const { kid } = await openKeys().forWriting('17850');
    const key = { id: kid.split('.')[0] as string };
    const log = createAuditLog({ container: mine.audit, runtime });
    const entry = { action: 'events-read', streamId: 'order-1', actor: 'operator:ann', traceId: 't' } as const;
    const record = await log.record(entry);
    const attempts: readonly (readonly [Container, string, Operation])[] = [
      [mine.audit, 'order-1', { kind: 'replace', document: { ...record, actor: 'operator:bob' } }],
      [mine.audit, 'order-1', { kind: 'upsert', document: { ...record, actor: 'operator:bob' } }],
      [mine.audit, 'order-1', { kind: 'delete', id: record.id }],
      [mine.keys, key.id, { kind: 'delete', id: key.id }],
      [mine.keys, key.id, { kind: 'upsert', document: key }],
    ];
    for (const [container, partition, operation] of attempts) {
      await expect(container.batch(partition, [operation])).rejects.toMatchObject({ code: 'forbidden' });
    }
    expect(await log.find('order-1', record.id)).toEqual(record);
  });

  it('are out of reach of other services', async () => {
    const { kid } = await openKeys().forWriting('17850');
    const theirs = openedBy('inventory-identity');
    const id = kid.split('.')[0] as string;
    for (const container of [theirs.keys, theirs.audit]) {
      await expect(container.read(id, id)).rejects.toMatchObject({ code: 'forbidden' });
    }
  });

  it('cost no request for a key in memory, one for a key that is there, two for a new one, one for a record', async () => {
    const requests = async (work: () => Promise<unknown>): Promise<number> => {
      emulator.recorder.reset();
      await work();
      return emulator.recorder.entries().length;
    };
    const keys = openKeys();
    await openKeys().forWriting('warm up');
    expect(await requests(() => keys.forWriting('17850'))).toBe(2);
    expect(await requests(() => keys.forWriting('17850'))).toBe(0);
    const another = openKeys();
    expect(await requests(() => another.forWriting('17850'))).toBe(1);
    const log = createAuditLog({ container: mine.audit, runtime });
    const entry = { action: 'events-read', streamId: 'order-1', actor: 'operator:ann', traceId: 't' } as const;
    await log.record(entry);
    expect(await requests(() => log.record(entry))).toBe(1);
  });
});
