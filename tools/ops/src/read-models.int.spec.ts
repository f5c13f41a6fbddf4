import { eachService } from '@daybook/contracts';
import { createFeedProcessor } from '@daybook/change-feed';
import type { StoredEvent } from '@daybook/eventstore';
import { type Container, memoryContainer, systemRuntime } from '@daybook/ports';
import { createProjection, createReadModels, eventFeed, type ReadModels } from '@daybook/projections';
import { createHealth, type HttpService, readModelRoutes, silentLog, startHttp } from '@daybook/service-kit';
import { createReadModelsCommand } from './read-models.ts';

const runtime = systemRuntime();
let models: ReadModels;
let http: HttpService;
let lines: string[];
let isBroken: boolean;

beforeEach(async () => {
  [lines, isBroken] = [[], false];
  const events = memoryContainer<StoredEvent>({ name: 'events', runtime, partitionKey: ({ streamId }) => streamId });
  const leases = memoryContainer({ name: 'leases', runtime, partitionKey: ({ id }) => id });
  const container: Container = memoryContainer({ name: 'read-models', runtime, partitionKey: ({ id }) => id });
  models = createReadModels({
    ...{ container, events, leases, runtime },
    timing: { lookEveryMs: 50, retireAfterMs: 1 },
    openFeed: (name, handleKey) =>
      createFeedProcessor<StoredEvent>({
        ...{ name, instance: runtime.newId(), source: events, leases, runtime, handleKey, ...eventFeed },
        limits: { pollIdleMs: 20 },
      }),
  });
  const open = (name: string) =>
    createProjection<{ readonly events: number }>({
      ...{ name, readModel: container, streams: 'thing-', readStream: async () => [] },
      project: (before) => ({ events: (before?.events ?? 0) + (isBroken ? 2 : 1) }),
    });
  models.add({ name: 'counts', versions: [{ version: 1, open }] });
  await events.batch('thing-1', [{ kind: 'create', document: { id: '1', streamId: 'thing-1', version: 1 } }]);
  await models.start();
  while ((await models.describe())[0]?.builds[0]?.progress.caughtUp !== true) await runtime.sleep(10);
  const routes = readModelRoutes({ readModels: models, runtime, log: silentLog });
  http = await startHttp({ port: 0, routes, health: createHealth(), log: silentLog });
});
afterEach(async () => {
  await http.close(1_000);
  await models.stop();
});

const run = (...args: readonly string[]): Promise<number> => {
  const url = `http://127.0.0.1:${http.port}`;
  const urls = eachService(() => url);
  const context = { urls, actor: 'operator:ada', print: (line: string) => void lines.push(line) };
  return createReadModelsCommand({ pollMs: 20 }).run(args, context);
};
const why = ['--reason', 'status was wrong'];

it('rebuilds with one command, and shows how far it is', async () => {
  expect(await run('rebuild', 'order', 'counts', ...why, '--and-switch')).toBe(0);
  expect(lines.join('\n')).toMatch(/build 2 \(version 1\) beside: caught up/);
  expect(lines.join('\n')).toMatch(/documents: 1 serving, 1 beside.*\nnothing differs/);
  expect(lines.slice(-3).join('\n')).toMatch(/switch by operator:ada.*\n {2}build 1 .*beside.*\n {2}build 2 .*serves/);
});

it('lists, rolls back and retires', async () => {
  await run('rebuild', 'order', 'counts', ...why, '--and-switch');
  lines.length = 0;
  expect(await run('rollback', 'order', 'counts', ...why)).toBe(0);
  expect(lines.join('\n')).toMatch(/build 1 .*serves/);
  await runtime.sleep(5);
  lines.length = 0;
  expect(await run('retire', 'order', 'counts', ...why)).toBe(0);
  expect(lines).toEqual([
    expect.stringContaining('retired by operator:ada'),
    expect.stringMatching(/build 1 .*serves/),
  ]);
  expect(await run('list', 'inventory', '--json')).toBe(0);
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ service: 'inventory', name: 'counts', serving: 1 });
});

it('does not switch to what differs, says where, and does when it is forced', async () => {
  isBroken = true;
  expect(await run('rebuild', 'order', 'counts', ...why, '--and-switch')).toBe(1);
  expect(lines.join('\n')).toMatch(
    /DIFFERENT: 1 different\n {2}thing-1: different in events\n {4}serving \{"events":1\}/,
  );
  expect(await run('parity', 'order', 'counts', ...why)).toBe(1);
  await expect(run('switch', 'order', 'counts', ...why)).rejects.toThrow(/409 parity-failed/);
  expect(await run('switch', 'order', 'counts', ...why, '--force')).toBe(0);
});

it('wants a name and a reason', async () => {
  await expect(run('rebuild', 'order', 'counts')).rejects.toThrow(/--reason/);
  await expect(run('rebuild', 'order')).rejects.toThrow(/name the service and the read model/);
  await expect(run('retire', 'nowhere', 'counts', ...why)).rejects.toThrow(/name a service/);
  await expect(run('rebuild', 'order', 'counts', ...why, '--version', 'x')).rejects.toThrow(/--version/);
  await expect(run('rebuild', 'order', 'nothing', ...why)).rejects.toThrow(/404 unknown-read-model/);
  await expect(run('burn')).rejects.toThrow(/name the service|no such command/);
});
