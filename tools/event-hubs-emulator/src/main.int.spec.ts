import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { EventHubConsumerClient, EventHubProducerClient } from '@azure/event-hubs';
import { emulatorConnectionString } from './connection-string.ts';
import { receive, temporaryDirectory } from './test-support.ts';

const node = resolve(process.cwd(), '../../node_modules/.bin/node');
const main = resolve(process.cwd(), 'src/main.ts');

describe('the emulator as a process', () => {
  let directory: ReturnType<typeof temporaryDirectory>;
  let config: string;
  const running = new Set<ChildProcess>();
  beforeEach(() => {
    directory = temporaryDirectory();
    config = join(directory.path, 'config.json');
    writeFileSync(config, '{"hubs":[{"name":"orders","partitions":2}]}');
  });
  afterEach(async () => {
    for (const child of running) child.kill('SIGKILL');
    await Promise.all([...running].map((child) => once(child, 'exit')));
    directory.dispose();
  });

  function run(...options: string[]) {
    const child = spawn(node, [main, '--config', config, '--data', join(directory.path, 'data'), ...options]);
    running.add(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
    const exited = once(child, 'exit').then(([code]) => {
      running.delete(child);
      return { code: code as number | null, output };
    });
    const port = new Promise<number>((resolvePort, reject) => {
      child.stdout.on('data', () => {
        const match = /listening on 127\.0\.0\.1:(\d+)/.exec(output);
        if (match) resolvePort(Number(match[1]));
      });
      void exited.then(({ code }) => reject(new Error(`Exited with ${code}: ${output}`)));
    });
    port.catch(() => undefined);
    return { child, port, exited, output: () => output };
  }

  it('loses nothing it has accepted when it is killed', async () => {
    let emulator = run('--port', '0');
    const port = await emulator.port;
    const producer = new EventHubProducerClient(emulatorConnectionString(port), 'orders', {
      retryOptions: { timeoutInMs: 1000, retryDelayInMs: 50, maxRetries: 40 },
    });
    const accepted: number[] = [];
    let next = 0;
    let sending = true;
    const lanes = Array.from({ length: 8 }, async () => {
      while (sending) {
        const number = next++;
        await producer.sendBatch([{ body: { number } }], { partitionId: '0' });
        accepted.push(number);
      }
    });
    for (let kills = 0; kills < 2; kills += 1) {
      const enough = accepted.length + 200;
      while (accepted.length < enough) await new Promise((resume) => setTimeout(resume, 10));
      emulator.child.kill('SIGKILL');
      await emulator.exited;
      emulator = run('--port', String(port));
      await emulator.port;
    }
    const enough = accepted.length + 100;
    while (accepted.length < enough) await new Promise((resume) => setTimeout(resume, 10));
    sending = false;
    await Promise.all(lanes);

    const { lastEnqueuedSequenceNumber } = await producer.getPartitionProperties('0');
    const consumer = new EventHubConsumerClient('$Default', emulatorConnectionString(port), 'orders');
    const events = await receive(consumer, '0', lastEnqueuedSequenceNumber + 1);
    const stored = new Set(events.map((event) => event.body.number as number));
    expect(accepted.filter((number) => !stored.has(number))).toEqual([]);
    expect(events.map((event) => event.sequenceNumber)).toEqual(events.map((_event, index) => index));

    await Promise.all([producer.close(), consumer.close()]);
    emulator.child.kill('SIGTERM');
    expect(await emulator.exited).toMatchObject({ code: 0 });
  });

  it('stops on a signal while clients are connected', async () => {
    const emulator = run('--port', '0');
    const producer = new EventHubProducerClient(emulatorConnectionString(await emulator.port), 'orders');
    await producer.sendBatch([{ body: 1 }]);
    emulator.child.kill('SIGINT');
    expect(await emulator.exited).toMatchObject({ code: 0 });
    await producer.close();
  });

  it('names a port in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await run('--port', String(port)).exited).toMatchObject({
      code: 1,
      output: expect.stringContaining(`Port ${port} of 127.0.0.1 is in use`),
    });
    server.close();
  });

  it('is administered over a port of its own', async () => {
    const emulator = run('--port', '0', '--admin-port', '0');
    await emulator.port;
    const url = /administered on (\S+)/.exec(emulator.output())?.[1];
    const rules = [{ fault: { kind: 'server-busy' }, chance: 0.1 }];
    const planned = await fetch(`${url}/faults`, { method: 'POST', body: JSON.stringify({ seed: 1, rules }) });
    expect(planned.status).toBe(204);
    expect(await (await fetch(`${url}/faults`)).json()).toEqual({ plan: { seed: 1, rules }, injected: {} });
    const taken = await run(
      '--port',
      '0',
      '--data',
      join(directory.path, 'other'),
      '--admin-port',
      new URL(url ?? '').port,
    ).exited;
    expect(taken).toMatchObject({ code: 1, output: expect.stringContaining('--admin-port') });
  });

  it('names data in use, and a configuration it cannot read', async () => {
    const holder = run('--port', '0');
    await holder.port;
    const locked = await run('--port', '0').exited;
    expect(locked).toMatchObject({ code: 1, output: expect.stringContaining(`in use by process ${holder.child.pid}`) });
    writeFileSync(config, '{"hubs":[{"name":"orders"}]}');
    expect(await run('--port', '0').exited).toMatchObject({
      code: 1,
      output: expect.stringContaining('hubs[0].partitions'),
    });
  });

  it.each<[string, readonly string[]]>([
    ['--cert and --key go together', ['--key', 'key.pem']],
    ['--issuer and --jwks-uri go together', ['--jwks-uri', 'http://127.0.0.1:1/keys']],
    ['roleAssignments must be an array', ['--roles', 'roles.json']],
  ])('refuses settings that cannot be used: %s', async (message, options) => {
    writeFileSync(join(directory.path, 'roles.json'), '{"roleAssignments": 1}');
    const given = options.map((each) => (/^\w+\.\w+$/.test(each) ? join(directory.path, each) : each));
    expect(await run('--port', '0', ...given).exited).toMatchObject({
      code: 1,
      output: expect.stringContaining(message),
    });
  });

  it('explains itself', async () => {
    expect(await run('--help').exited).toMatchObject({ code: 0, output: expect.stringContaining('--data DIR') });
  });
});
