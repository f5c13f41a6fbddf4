import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ChangeFeedStartFrom, CosmosClient } from '@azure/cosmos';
import type { Container } from '@azure/cosmos';
import { createCertificate, createCosmosEmulator, devTokenCredential, EMULATOR_KEY } from './index.ts';

const node = resolve('../../node_modules/.bin/node');

interface Started {
  readonly process: ChildProcess;
  readonly url: string;
  readonly admin: string | undefined;
}

interface Ended {
  readonly code: number | null;
  readonly errors: string;
}

const launch = (data: string, more: readonly string[] = []): ChildProcess =>
  spawn(node, ['src/main.ts', '--port', '0', '--data', data, ...more], { stdio: ['ignore', 'pipe', 'pipe'] });

const start = (data: string, more: readonly string[] = []): Promise<Started> =>
  new Promise((started, failed) => {
    const child = launch(data, more);
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const url = /listening on (http:[^\s,]+)/.exec(output)?.[1];
      const admin = /administered on (\S+)/.exec(output)?.[1];
      if (url !== undefined) started({ process: child, url, admin });
    });
    child.once('exit', (code) => failed(new Error(`the emulator ended with ${code}`)));
  });

const end = async (child: ChildProcess): Promise<Ended> => {
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, errors };
};

const containerAt = async (url: string, use: (container: Container) => Promise<void>): Promise<void> => {
  const client = new CosmosClient({ endpoint: url, key: EMULATOR_KEY });
  const { database } = await client.databases.createIfNotExists({ id: 'shop' });
  const { container } = await database.containers.createIfNotExists({ id: 'events', partitionKey: { paths: ['/pk'] } });
  await use(container);
  client.dispose();
};

describe('the emulator process', () => {
  let data: string;
  const children: ChildProcess[] = [];
  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'cosmos-emulator-'));
  });
  afterEach(() => {
    children.splice(0).forEach((child) => child.kill('SIGKILL'));
    rmSync(data, { recursive: true, force: true });
  });

  it('keeps what it acknowledged through kill -9, with its _rids, its numbers and its feed', async () => {
    const first = await start(data);
    children.push(first.process);
    const acknowledged = new Map<string, string>();
    let containerRid: string | undefined;
    let token: string | undefined;
    await containerAt(first.url, async (container) => {
      containerRid = (await container.read()).resource?._rid;
      const feed = container.items.getChangeFeedIterator({ changeFeedStartFrom: ChangeFeedStartFrom.Now('w0') });
      token = (await feed.readNext()).continuationToken;
      const write = async (writer: number): Promise<void> => {
        for (let n = 0; ; n += 1) {
          const id = `${writer}-${n}`;
          const { resource } = await container.items.create({ id, pk: `w${writer % 3}` });
          acknowledged.set(id, String(resource?._rid));
          if (acknowledged.size === 300) first.process.kill('SIGKILL');
        }
      };
      await Promise.allSettled(Array.from({ length: 8 }, (_unused, writer) => write(writer)));
    });
    expect(acknowledged.size).toBeGreaterThanOrEqual(300);

    const second = await start(data);
    children.push(second.process);
    await containerAt(second.url, async (container) => {
      expect((await container.read()).resource?._rid).toBe(containerRid);
      const { resources } = await container.items.query<{ id: string; _rid: string }>('SELECT * FROM c').fetchAll();
      const found = new Map(resources.map((item) => [item.id, item._rid]));
      for (const [id, rid] of acknowledged) expect(found.get(id)).toBe(rid);
      const page = await container.items
        .getChangeFeedIterator({
          changeFeedStartFrom: ChangeFeedStartFrom.Continuation(token ?? ''),
          maxItemCount: 1000,
        })
        .readNext();
      expect(page.result).toHaveLength(resources.filter((item) => /^[036]-/.test(item.id)).length);
      const numbers = page.result.map((item) => (item as unknown as { _lsn: number })._lsn);
      expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    });
    const ended = end(second.process);
    second.process.kill('SIGTERM');
    expect((await ended).code).toBe(0);
  });

  it('refuses data in use and a port in use', async () => {
    const first = await start(data);
    children.push(first.process);
    const locked = await end(launch(data));
    expect(locked).toMatchObject({ code: 1, errors: expect.stringContaining('in use by another process') });
    const other = mkdtempSync(join(tmpdir(), 'cosmos-emulator-'));
    const busy = await end(launch(other, ['--port', new URL(first.url).port]));
    rmSync(other, { recursive: true, force: true });
    expect(busy).toMatchObject({ code: 1, errors: expect.stringContaining('COSMOS_EMULATOR_PORT') });
  });

  it('speaks http and https on one port, to identities with roles, and is administered over a port of its own', async () => {
    const roles = join(data, 'roles.json');
    const [cert, key] = [join(data, 'cert.pem'), join(data, 'key.pem')];
    const certificate = await createCertificate('127.0.0.1');
    writeFileSync(cert, certificate.cert);
    writeFileSync(key, certificate.key);
    const reader = { roleDefinitionId: '00000000-0000-0000-0000-000000000001', principalId: 'me', scope: '/' };
    writeFileSync(roles, JSON.stringify({ roleAssignments: [reader] }));
    const files = ['--cert', cert, '--key', key, '--roles', roles];
    const { process: child, url, admin } = await start(data, [...files, '--admin-port', '0']);
    children.push(child);
    await containerAt(url, async (container) => {
      await container.items.create({ id: 'a', pk: 'p' });
    });
    const client = new CosmosClient({
      endpoint: url.replace('http:', 'https:'),
      agent: new Agent({ ca: certificate.cert }),
      aadCredentials: devTokenCredential({ oid: 'me' }),
    });
    const { resources } = await client.database('shop').container('events').items.readAll().fetchAll();
    expect(resources).toMatchObject([{ id: 'a' }]);
    await expect(client.databases.create({ id: 'x' })).rejects.toMatchObject({ code: 403, substatus: 5300 });
    client.dispose();
    const recorded = (await (await fetch(`${admin}/requests`)).json()) as { requests: { operation: string }[] };
    expect(recorded.requests.map(({ operation }) => operation)).toContain('create-database');
  });

  it.each<[string, readonly string[]]>([
    ['--cert and --key go together', ['--cert', 'x.pem']],
    ['--issuer and --jwks-uri go together', ['--issuer', 'https://sts.windows.net/t/']],
    ['--jwks-uri must be a URL', ['--issuer', 'https://sts.windows.net/t/', '--jwks-uri', 'keys']],
    ['roleAssignments must be an array', ['--roles', 'roles.json']],
  ])('refuses settings that cannot be used: %s', async (message, more) => {
    writeFileSync(join(data, 'roles.json'), '{"roleAssignments": 1}');
    const given = more.map((each) => (/^\w+\.\w+$/.test(each) ? join(data, each) : each));
    expect(await end(launch(data, given))).toMatchObject({ code: 1, errors: expect.stringContaining(message) });
  });

  it('refuses another format and another number of feed ranges', async () => {
    const storage = join(data, 'x.sqlite');
    await createCosmosEmulator({ storage, feedRanges: 1 }).close();
    await createCosmosEmulator({ storage }).close();
    expect(() => createCosmosEmulator({ storage, feedRanges: 2 })).toThrow(/1 feed ranges/);
    const database = new DatabaseSync(storage);
    database.exec('PRAGMA user_version = 99');
    database.close();
    expect(() => createCosmosEmulator({ storage })).toThrow(/format version 99/);
  });
});
