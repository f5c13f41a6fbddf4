import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { holderOf } from './data-folder.ts';
import { isAlive, makeFakes, until } from './fakes.ts';
import type { Fakes } from './fakes.ts';
import { findFreePorts } from './ports.ts';
import { runProcesses } from './run-processes.ts';
import type { RunningProcesses } from './run-processes.ts';
import type { RunOptions } from './run-processes.ts';

describe('running processes', () => {
  let fakes: Fakes;
  let ports: readonly number[];
  const running: RunningProcesses[] = [];
  const run = async (options: RunOptions): Promise<RunningProcesses> => {
    const system = await runProcesses(options);
    running.push(system);
    return system;
  };
  const port = (index: number): number => ports[index] ?? 0;
  const events = (): string => readFileSync(join(fakes.folder, 'events'), 'utf8');
  const said = (text: string): boolean => fakes.lines.some((line) => line.includes(text));

  beforeEach(async () => {
    fakes = makeFakes();
    ports = await findFreePorts(3, Math.random);
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((system) => system.stop()));
    fakes.remove();
  });

  it('starts stage after stage, stops in reverse order and gives the folder up', async () => {
    const system = await run(
      fakes.options([
        fakes.service('third', 2, port(2)),
        fakes.service('first', 0, port(0)),
        fakes.service('second', 1, port(1)),
      ]),
    );
    expect(events()).toBe('first up\nsecond up\nthird up\n');
    expect(holderOf(fakes.dataFolder)).toMatchObject({ pid: process.pid, command: 'npm start' });
    await Promise.all([system.stop(), system.stop()]);
    expect(events()).toContain('third stopped\nsecond stopped\nfirst stopped\n');
    expect(holderOf(fakes.dataFolder)).toBeUndefined();
    expect(system.processes.map(({ pid }) => pid)).toEqual([undefined, undefined, undefined]);
  });

  it('starts a killed process again with growing pauses, and what depends on it, saying so', async () => {
    const oneShot = fakes.spec('prepare', 1, `console.log('prepared')`, { kind: 'exit' });
    const system = await run(
      fakes.options([fakes.service('store', 0, port(0)), { ...oneShot, againAfter: ['store'] }]),
    );
    const [store, prepare] = system.processes;
    for (const kills of [1, 2]) {
      process.kill(store?.pid ?? 0, 'SIGKILL');
      await until('the store is back', () => fakes.lines.filter((line) => line.includes('is back')).length === kills);
      await until('prepared again', () => prepare?.restarts === kills && prepare.pid === undefined);
    }
    expect(said('store has ended (signal SIGKILL); starting it again in 0.05 s')).toBe(true);
    expect(said('store has ended (signal SIGKILL); starting it again in 0.1 s')).toBe(true);
    expect(readFileSync(join(fakes.dataFolder, 'logs', 'prepare.log'), 'utf8')).toContain('prepared');
  });

  it('runs what depends on a killed process until it succeeds, and once more where it ran when the other died again', async () => {
    const gate = join(fakes.folder, 'gate');
    const done = join(fakes.folder, 'done');
    // Fails while the gate is shut, and takes its time while it is open.
    const body = `import { appendFileSync, existsSync } from 'node:fs';
      if (existsSync(${JSON.stringify(gate)})) process.exit(9);
      await new Promise((resolve) => setTimeout(resolve, 300));
      appendFileSync(${JSON.stringify(done)}, 'x');`;
    const prepare = { ...fakes.spec('prepare', 1, body, { kind: 'exit' }), againAfter: ['store'] };
    const system = await run(fakes.options([fakes.service('store', 0, port(0)), prepare]));
    const [store, preparing] = system.processes;
    const times = (): number => readFileSync(done, 'utf8').length;
    const killStore = async (): Promise<void> => {
      const before = fakes.lines.filter((line) => line.includes('is back')).length;
      process.kill(store?.pid ?? 0, 'SIGKILL');
      await until('the store is back', () => fakes.lines.filter((line) => line.includes('is back')).length > before);
    };
    expect(times()).toBe(1);

    writeFileSync(gate, '');
    await killStore();
    await until('it was given up for a while', () => said('Trying again.'));
    rmSync(gate);
    await until('it succeeded', () => times() === 2);

    await killStore();
    await until('it runs', () => preparing?.pid !== undefined);
    await killStore();
    await until('it ran once more', () => times() === 4);
  });

  it('leaves a dead process down when told so, until it is started by hand', async () => {
    const system = await run(fakes.options([fakes.service('store', 0, port(0))], { restarts: false }));
    const [store] = system.processes;
    process.kill(store?.pid ?? 0, 'SIGKILL');
    await until('it is noticed', () => said('stays down'));
    expect(store?.pid).toBeUndefined();
    await store?.start();
    expect(store?.pid).toBeDefined();
  });

  it('keeps what was compiled for the next start, also when the process is killed', async () => {
    const cache = join(fakes.folder, 'compiled');
    const env = { PATH: process.env['PATH'] ?? '', NODE_COMPILE_CACHE: cache };
    const system = await run(fakes.options([fakes.service('store', 0, port(0))], { env, restarts: false }));
    const files = (): readonly string[] => readdirSync(cache, { recursive: true }).map(String);
    await until('something is kept', () => existsSync(cache) && files().length > 1);
    process.kill(system.processes[0]?.pid ?? 0, 'SIGKILL');
  });

  it('leaves SIGINT to the supervisor, whatever the process itself wants', async () => {
    const body = `process.once('SIGINT', () => { note('interrupted'); process.exit(3); });
      setTimeout(() => { process.kill(process.pid, 'SIGINT'); setTimeout(() => note('survived'), 50); }, 20);`;
    await run(fakes.options([fakes.service('stubborn', 0, port(0), body)]));
    await until('it has survived', () => events().includes('survived'));
    expect(events()).not.toContain('interrupted');
  });

  it('kills what does not stop in its time', async () => {
    const deaf = { ...fakes.service('deaf', 0, port(0), 'stop = () => {};'), stopTimeoutMs: 100 };
    const system = await run(fakes.options([deaf]));
    const pid = system.processes[0]?.pid ?? 0;
    await system.stop();
    expect(isAlive(pid)).toBe(false);
  });

  it('gives up with the end of the log when a process cannot start, and leaves nothing running', async () => {
    const specs = [
      fakes.service('store', 0, port(0)),
      fakes.spec('broken', 1, `console.error('the disk is on fire'); process.exit(7)`, { kind: 'tcp', port: port(1) }),
    ];
    await expect(run(fakes.options(specs))).rejects.toMatchObject({
      code: 'start-failed',
      message: expect.stringMatching(/broken did not start \(exit code 7\)[^]*the disk is on fire/),
    });
    expect(events()).toContain('store stopped');
    expect(holderOf(fakes.dataFolder)).toBeUndefined();
  });

  it('stops in the middle of a start', async () => {
    const abort = new AbortController();
    const never = fakes.spec('never', 1, 'setInterval(() => {}, 1000)', { kind: 'tcp', port: port(1) });
    const starting = run(fakes.options([fakes.service('store', 0, port(0)), never], { signal: abort.signal }));
    const outcome = expect(starting).rejects.toMatchObject({ code: 'start-cancelled' });
    await until('the first stage is up', () => events().includes('store up'));
    abort.abort();
    await outcome;
    expect(events()).toContain('store stopped');
  });

  it('refuses a port in use, naming port, process, variable and holder', async () => {
    const server = createServer().listen(port(0), '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const refusal = await run(fakes.options([fakes.service('store', 0, port(0))])).catch((error: Error) => error);
    await new Promise((resolve) => server.close(resolve));
    expect(refusal).toMatchObject({ code: 'port-in-use' });
    const { message } = refusal as Error;
    expect(message).toContain(`Port ${port(0)}, on which store would listen, is in use`);
    expect(message).toContain('STORE_PORT');
    if (process.platform === 'linux') expect(message).toContain(`by process ${process.pid} (`);
  });

  it('prepares the folder before anything runs, and gives a process the variables of a file', async () => {
    const envFile = join(fakes.dataFolder, 'secret.env');
    const spec = { ...fakes.spec('keeper', 0, `console.log(process.env.SECRET)`, { kind: 'exit' }), envFile };
    await run(fakes.options([spec], { prepare: async () => writeFileSync(envFile, 'SECRET=hush') }));
    expect(readFileSync(join(fakes.dataFolder, 'logs', 'keeper.log'), 'utf8')).toBe('hush\n');
  });
});
