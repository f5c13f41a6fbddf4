import { type Container, ContainerError, type Runtime } from '@daybook/ports';
import { asked, code, commandWorld } from '../test-support/command-world.ts';
import { timing } from '../test-support/service-world.ts';

describe('a read model', () => {
  it('is built from the first event on when it is new, and followed', async () => {
    const { append, instance, runtime, within } = commandWorld();
    await append('thing-1', 3);
    const { models, get, serving, live } = instance();
    await within(models.start());
    await runtime.advance(1_000);
    await append('thing-1');
    await runtime.advance(1_000);
    expect([await get('thing-1'), await serving()]).toEqual([{ events: 4 }, 'counts@1']);
    expect(models.health()).toMatchObject({ healthy: true, detail: { counts: [{ build: 1, serving: true }] } });
    expect(new Set(live)).toEqual(new Set([true]));
    await within(models.stop());
  });

  it('waits for its database, however long that is away, and starts when it is there', async () => {
    const { append, instance, runtime, within, readModels } = commandWorld();
    await append('thing-1', 3);
    const began = runtime.now();
    const { models, get } = instance({}, { readModels: awayUntil(readModels, runtime, 300_000) });
    await within(models.start(), 400_000);
    expect(runtime.now() - began).toBeGreaterThanOrEqual(300_000);
    await runtime.advance(1_000);
    expect(await get('thing-1')).toEqual({ events: 3 });
    await within(models.stop());
  });

  it('is not started when it is stopped while it waits', async () => {
    const { instance, runtime, within, readModels } = commandWorld();
    const { models } = instance({}, { readModels: awayUntil(readModels, runtime, Infinity) });
    const refused = expect(models.start()).rejects.toMatchObject({ code: 'unavailable' });
    await runtime.advance(60_000);
    await within(models.stop());
    await refused;
  });

  it('is rebuilt beside the one that serves, compared, switched, rolled back and retired', async () => {
    const { append, instance, runtime, within, leases, readModels } = commandWorld();
    for (let n = 0; n < 30; n += 1) await append(`thing-${n}`, 2);
    const { models, get, serving, live } = instance();
    await within(models.start());
    await runtime.advance(2_000);

    live.length = 0;
    expect(await within(models.rebuild('counts', asked))).toMatchObject({ build: 2, version: 1, started: asked });
    expect(code(await within(models.rebuild('counts', asked)))).toBe('build-exists');
    await runtime.advance(10_000);
    expect(live.includes(true)).toBe(false);
    expect(code(await within(models.switchTo('counts', asked)))).toBe('parity-missing');
    expect(await within(models.parity('counts', asked))).toMatchObject({
      clean: true,
      counts: { serving: 30, candidate: 30 },
      samples: [],
    });
    expect(await serving()).toBe('counts@1');
    expect(await within(models.switchTo('counts', asked))).toMatchObject({ serving: 2, previous: 1 });
    expect(await serving()).toBe('counts@2');

    await append('thing-1');
    await runtime.advance(1_000);
    expect(await get('thing-1')).toEqual({ events: 3 });
    expect(await within(models.rollback('counts', asked))).toMatchObject({ serving: 1, previous: 2 });
    expect([await serving(), await get('thing-1')]).toEqual(['counts@1', { events: 3 }]);

    expect(code(await within(models.retire('counts', asked)))).toBe('too-early');
    await runtime.advance(timing.retireAfterMs);
    expect(await within(models.retire('counts', asked))).toMatchObject({ builds: [{ build: 1 }, { retiring: true }] });
    await runtime.advance(10_000);
    const [status] = await within(models.describe());
    expect(status).toMatchObject({ serving: 1, builds: [{ build: 1, serving: true }] });
    expect(status?.history.map(({ action }) => action)).toEqual([
      ...['retired', 'retire', 'rollback', 'switch', 'parity', 'rebuild', 'begun'],
    ]);
    const left = await readModels.query({ where: [{ field: 'readModel', op: '=', value: 'counts@2' }], limit: 1 });
    const leased = await leases.query({ where: [{ field: 'feed', op: '=', value: 'read-models.counts.2' }], limit: 1 });
    expect([left.documents, leased.documents]).toEqual([[], []]);
    expect(await within(models.rebuild('counts', asked))).toMatchObject({ build: 3 });
    await within(models.stop());
  });

  it('is changed: version 2 is built beside version 1, which stays in the code until it is retired', async () => {
    const { append, instance, runtime, within, v } = commandWorld();
    await append('thing-1', 4);
    const old = instance();
    await within(old.models.start());
    await runtime.advance(1_000);
    await within(old.models.stop());

    const { models, get } = instance({ versions: [v(1), v(2)] });
    await within(models.start());
    await within(models.rebuild('counts', asked));
    await runtime.advance(10_000);
    expect(await within(models.parity('counts', asked))).toMatchObject({ clean: true, serving: 1, candidate: 2 });
    await within(models.switchTo('counts', asked));
    expect(await get('thing-1')).toEqual({ events: 4, b: 2 });
    await within(models.stop());

    const without = instance({ versions: [v(1)] });
    await expect(within(without.models.start())).rejects.toMatchObject({ code: 'version-missing' });
    await within(without.models.stop());
  });

  it('is not switched to a build that differs, unless somebody says why', async () => {
    const { append, instance, runtime, within, v } = commandWorld();
    for (let n = 0; n < 30; n += 1) await append(`thing-${n}`, 2);
    const { models, serving } = instance({ versions: [v(1), v(2, (streamId) => streamId === 'thing-7')] });
    await within(instance().models.start());
    await within(models.start());
    await within(models.rebuild('counts', { ...asked, version: 2 }));
    await runtime.advance(10_000);
    const report = await within(models.parity('counts', asked));
    expect(report).toMatchObject({
      clean: false,
      differences: { missing: 0, surplus: 0, different: 1, behind: 0 },
      samples: [
        { key: 'thing-7', kind: 'different', fields: ['events'], serving: '{"events":2}', candidate: '{"events":0}' },
      ],
    });
    expect(await within(models.switchTo('counts', asked))).toMatchObject({ refused: true, code: 'parity-failed' });
    expect(await serving()).toBe('counts@1');
    const forced = await within(models.switchTo('counts', { ...asked, force: true }));
    expect(forced).toMatchObject({ serving: 2, history: [{ ...asked, action: 'switch', forced: true }, {}, {}, {}] });
    await within(models.stop());
  });

  it('is not switched by an old comparison, nor by one with another build', async () => {
    const { append, instance, runtime, within } = commandWorld();
    await append('thing-1');
    const { models } = instance();
    await within(models.start());
    await within(models.rebuild('counts', asked));
    await runtime.advance(10_000);
    await within(models.parity('counts', asked));
    await runtime.advance(timing.parityMaxAgeMs + 1);
    expect(code(await within(models.switchTo('counts', asked)))).toBe('parity-old');
    await within(models.stop());
  });

  it('says where it has nothing to do it with', async () => {
    const { instance, within } = commandWorld();
    const { models } = instance();
    await within(models.start());
    expect(code(await within(models.rebuild('counts', { ...asked, version: 9 })))).toBe('version-unknown');
    expect(code(await within(models.rebuild('orders', asked)))).toBe('unknown-read-model');
    for (const command of ['parity', 'switchTo', 'rollback', 'retire'] as const) {
      expect(code(await within<object>(models[command]('counts', asked)))).toBe('no-such-build');
      expect(code(await within<object>(models[command]('orders', asked)))).toBe('unknown-read-model');
    }
    await within(models.stop());
  });
});

it('tells how far a build is, and how long it still takes', async () => {
  const { append, instance, runtime, within, v } = commandWorld();
  for (let n = 0; n < 200; n += 1) {
    await append(`thing-${n}`, 2);
    await runtime.advance(1_000);
  }
  const slow = {
    version: 2 as const,
    open: (name: string) => {
      const projection = v(2).open(name);
      return {
        ...projection,
        apply: async (events: Parameters<typeof projection.apply>[0]) => {
          await runtime.sleep(2_000);
          await projection.apply(events);
        },
      };
    },
  };
  const { models } = instance({ versions: [v(1), slow] });
  await within(instance({ versions: [v(1)] }).models.start());
  await within(models.start());
  await within(models.rebuild('counts', asked));
  await runtime.advance(3_000);
  const early = (await within(models.describe()))[0]?.builds[1]?.progress;
  await runtime.advance(5_000);
  const later = (await within(models.describe()))[0]?.builds[1]?.progress;
  expect(early?.caughtUp).toBe(false);
  expect(code(await within(models.parity('counts', asked)))).toBe('not-caught-up');
  expect(code(await within(models.switchTo('counts', asked)))).toBe('not-caught-up');
  expect(later?.done).toBeGreaterThan(early?.done ?? 1);
  expect(later?.remainingMs).toBeGreaterThan(0);
  await runtime.advance(60_000);
  expect((await within(models.describe()))[0]?.builds[1]?.progress).toEqual({
    done: 1,
    caughtUp: true,
    upTo: expect.any(String),
  });
  await within(models.stop(), 60_000);
});

it('refuses a definition that cannot be', () => {
  const { instance, v } = commandWorld();
  const bad = (definition: object) => () => instance(definition);
  for (const definition of [{ name: 'Orders' }, { versions: [] }, { versions: [v(1), v(1)] }]) {
    expect(bad(definition)).toThrow(expect.objectContaining({ code: 'bad-definition' }) as Error);
  }
});

/** The container, from some instant on. */
function awayUntil(container: Container, runtime: Runtime, ms: number): Container {
  const began = runtime.now();
  const there = async (): Promise<void> => {
    if (runtime.now() - began < ms) throw new ContainerError('unavailable', 'read-models', 'away');
  };
  return {
    ...container,
    read: (...asked) => there().then(() => container.read(...asked)),
    batch: (...asked) => there().then(() => container.batch(...asked)),
  };
}
