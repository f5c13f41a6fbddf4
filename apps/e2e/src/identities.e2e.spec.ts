import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CosmosClient } from '@azure/cosmos';
import { EventHubProducerClient } from '@azure/event-hubs';
import {
  type ContainerDefinition,
  containers,
  databaseName,
  dataIdentities,
  type DataIdentity,
  hubs,
  hubSenders,
  serviceNames,
} from '@daybook/contracts';
import { envOf, findRoot } from '@daybook/local';
import { type Attempted, plantedDocument } from './support/attempted.ts';
import { runScript } from './support/command.ts';
import { type Lab, openLab } from './support/lab.ts';
import { placing } from './support/placing.ts';

jest.setTimeout(120_000);

/** Seven processes of the same code: what Node.js has compiled is kept, as for the system itself. */
const compileCache = join(findRoot(process.cwd()), 'node_modules', '.cache', 'node-compile-cache');

const reading = ['read', 'query'];
const everything = ['read', 'query', 'create', 'replace', 'upsert', 'delete'];

/** What a service does with a container of its own, by what it is for. */
const ofService: Readonly<Record<ContainerDefinition['purpose'], readonly string[]>> = {
  events: [...reading, 'create'],
  answers: [...reading, 'create'],
  audit: [...reading, 'create'],
  'subject-keys': ['read', 'create', 'replace'],
  snapshots: everything,
  'read-models': everything,
  totals: everything,
  leases: everything,
  'dead-letters': everything,
  outbox: everything,
  timers: everything,
};

type Purposes = Readonly<Partial<Record<ContainerDefinition['purpose'], readonly string[]>>>;
const erasing = [...reading, 'replace', 'delete'];
const ofStaff: Readonly<Partial<Record<DataIdentity, Purposes>>> = {
  archiver: { events: [...reading, 'delete'], snapshots: reading, leases: reading },
  eraser: { events: reading, snapshots: erasing, 'read-models': erasing, 'dead-letters': erasing },
  operator: Object.fromEntries(containers.map(({ purpose }) => [purpose, reading])) as Purposes,
};

const mayIn = (identity: DataIdentity, { service, purpose }: ContainerDefinition): readonly string[] =>
  service === identity ? ofService[purpose] : (ofStaff[identity]?.[purpose] ?? []);

const mayAt = (identity: DataIdentity, { name, consumerGroups }: (typeof hubs)[number]): readonly string[] => {
  const sends = hubSenders[name].some((sender) => sender === identity);
  const receives = identity === 'operator' || consumerGroups.some((group) => group === identity);
  return [...(sends ? ['send'] : []), ...(receives ? ['receive'] : []), ...(sends || receives ? ['look'] : [])];
};

/** Each identity as a process, with the real SDKs and the real DefaultAzureCredential, against the emulators as processes. */
describe('identities', () => {
  let lab: Lab;
  let cosmos: CosmosClient;

  beforeAll(async () => {
    lab = await openLab();
    const { COSMOS_ENDPOINT: endpoint = '', COSMOS_KEY: key = '' } = lab.system.env;
    cosmos = new CosmosClient({ endpoint, key });
  });
  afterAll(async () => {
    cosmos?.dispose();
    await lab?.close();
  });

  it('are all that the services have: no process of them holds a key, and an order goes all the way', async () => {
    for (const service of serviceNames) {
      // On Linux, what a process was started with.
      if (process.platform !== 'linux') break;
      const started = readFileSync(`/proc/${lab.system.process(service).pid}/environ`, 'utf8').split('\0');
      const names = started.map((entry) => entry.split('=')[0]);
      expect(names).toEqual(expect.arrayContaining(['COSMOS_ENDPOINT', 'EVENTHUBS_NAMESPACE', 'BLOB_ENDPOINT']));
      for (const name of ['COSMOS_KEY', 'EVENTHUBS_CONNECTION_STRING', 'BLOB_CONNECTION_STRING', 'IDENTITY_HEADER']) {
        expect(names).not.toContain(name);
      }
      expect(started.filter((entry) => /AccountKey|SharedAccessKey/.test(entry))).toEqual([]);
    }
    const at = placing(lab.shop);
    const sku = await at.article(10);
    const orderId = await at.place([at.line(sku, 6)]);
    await at.becomes(orderId, 'confirmed');
    expect(await at.does(orderId, 'ship')).toBe(200);
    expect(await at.over(orderId)).toBe('shipped');
    expect(await at.books.stock(sku)).toMatchObject({ onHand: 4, reserved: 0 });
  });

  it('may do to each container and each hub what their roles say, and are refused everything else', async () => {
    // What is tried here is no event that a service could read.
    await Promise.all(serviceNames.map((service) => lab.system.process(service).stop()));
    const database = cosmos.database(databaseName);
    for (const definition of containers) {
      await database.container(definition.name).items.create(plantedDocument(definition, 'planted'));
    }
    for (const { name } of hubs) {
      const producer = new EventHubProducerClient(lab.system.env['EVENTHUBS_CONNECTION_STRING'] ?? '', name);
      await producer.sendBatch([{ body: 'planted' }], { partitionId: '0' });
      await producer.close();
    }

    const could = new Map<DataIdentity, Attempted>();
    const waiting = [...dataIdentities];
    const attempt = async (): Promise<void> => {
      for (let identity = waiting.shift(); identity !== undefined; identity = waiting.shift()) {
        const { code, out, err } = await runScript('apps/e2e/src/support/attempts.ts', [], {
          env: { ...envOf(lab.system.settings, identity), NODE_COMPILE_CACHE: compileCache },
        });
        expect({ identity, code, err: code === 0 ? '' : err }).toEqual({ identity, code: 0, err: '' });
        could.set(identity, JSON.parse(out.trim().split('\n').at(-1) ?? '') as Attempted);
      }
    };
    await Promise.all([attempt(), attempt()]);

    const letOf = (tried: Readonly<Record<string, boolean>> = {}): readonly string[] =>
      Object.keys(tried)
        .filter((what) => tried[what])
        .sort();
    for (const identity of dataIdentities) {
      const attempted = could.get(identity);
      for (const definition of containers) {
        const { name } = definition;
        expect({ identity, name, may: letOf(attempted?.containers[name]) }).toEqual({
          ...{ identity, name, may: mayIn(identity, definition).toSorted() },
        });
      }
      for (const hub of hubs) {
        const { name } = hub;
        expect({ identity, name, may: letOf(attempted?.hubs[name]) }).toEqual({
          ...{ identity, name, may: mayAt(identity, hub).toSorted() },
        });
      }
      expect(attempted).toMatchObject({ makesContainers: false, blobStorage: true });
    }
  });
});
