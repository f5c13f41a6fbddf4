import { type Container, ContainerError } from '@daybook/ports';
import { asked, commandWorld } from '../test-support/command-world.ts';
import { timing } from '../test-support/service-world.ts';

describe('several instances of a service', () => {
  it('see a switch within the age of the alias, build together, and no query fails meanwhile', async () => {
    const { append, instance, runtime, within, appended } = commandWorld();
    for (let n = 0; n < 20; n += 1) await append(`thing-${n}`, 2);
    const [one, two] = [instance(), instance()];
    await within(one.models.start());
    await within(two.models.start());
    const asking = { on: true, answers: 0, wrong: [] as unknown[] };
    const ask = async (): Promise<void> => {
      while (asking.on) {
        await runtime.sleep(20);
        for (const { get } of [one, two]) {
          const answer = await get('thing-3').catch((error: unknown) => error);
          asking.answers += 1;
          if (JSON.stringify(answer) !== '{"events":2}') asking.wrong.push(answer);
        }
      }
    };
    await runtime.advance(3_000);
    const asks = ask();
    await within(one.models.rebuild('counts', asked));
    await runtime.advance(12_000);
    expect((await within(two.models.describe()))[0]?.builds[1]?.progress).toMatchObject({ done: 1, caughtUp: true });
    expect(await within(two.models.parity('counts', asked))).toMatchObject({ clean: true });
    await within(one.models.switchTo('counts', asked));
    expect(await one.serving()).toBe('counts@2');
    await runtime.advance(timing.aliasMaxAgeMs + 1);
    expect(await two.serving()).toBe('counts@2');
    await runtime.advance(timing.retireAfterMs);
    await within(two.models.retire('counts', asked));
    await runtime.advance(5_000);
    asking.on = false;
    await runtime.advance(100);
    await asks;
    expect(asking.wrong).toEqual([]);
    expect(asking.answers).toBeGreaterThan(500);
    expect(appended.size).toBe(20);
    await within(one.models.stop());
    await within(two.models.stop());
  });

  it('switch once, also where the answer is lost', async () => {
    const { append, instance, runtime, within, readModels } = commandWorld();
    await append('thing-1');
    const lossy: Container = {
      ...readModels,
      async batch(key, operations) {
        const outcome = await readModels.batch(key, operations);
        if (key === 'read-model:counts') throw new ContainerError('outcome-unknown', 'read-models', 'answer lost');
        return outcome;
      },
    };
    const { models } = instance({}, { readModels: lossy });
    await within(models.start());
    expect(await within(models.rebuild('counts', asked))).toMatchObject({ build: 2 });
    await runtime.advance(8_000);
    await within(models.parity('counts', asked));
    expect(await within(models.switchTo('counts', asked))).toMatchObject({ serving: 2 });
    const [status] = await within(models.describe());
    expect(status?.history.map(({ action }) => action)).toEqual(['switch', 'parity', 'rebuild', 'begun']);
    await within(models.stop());
  });

  it('go on with a retirement that one of them began and did not end', async () => {
    const { append, instance, runtime, within, readModels } = commandWorld();
    await append('thing-1');
    const one = instance();
    await within(one.models.start());
    await within(one.models.rebuild('counts', asked));
    await runtime.advance(5_000);
    await within(one.models.retire('counts', asked));
    await within(one.models.stop());
    const has = async (): Promise<boolean> => {
      const query = { where: [{ field: 'readModel', op: '=', value: 'counts@2' } as const], limit: 1 };
      return (await readModels.query(query)).documents.length > 0;
    };
    expect(await has()).toBe(true);
    const two = instance();
    await within(two.models.start());
    await runtime.advance(10_000);
    expect([await has(), (await within(two.models.describe()))[0]?.builds.length]).toEqual([false, 1]);
    await within(two.models.stop());
  });

  it('leave nothing for good of a build that is gone, also where one learned of it too late', async () => {
    const { append, instance, runtime, within, readModels, leases } = commandWorld();
    await append('thing-1');
    let away = false;
    const cutOff: Container = {
      ...readModels,
      async read(key, id) {
        if (away && id === 'read-model:counts') throw new ContainerError('unavailable', 'read-models', 'away');
        return readModels.read(key, id);
      },
    };
    const [one, late] = [instance(), instance({}, { readModels: cutOff })];
    for (const { models } of [one, late]) await within(models.start());
    await within(one.models.rebuild('counts', asked));
    await runtime.advance(8_000);
    away = true;
    await within(one.models.retire('counts', asked));
    await runtime.advance(20_000);
    const left = async (): Promise<readonly boolean[]> => {
      const named = (field: string, value: string) => ({ where: [{ field, op: '=', value } as const], limit: 1 });
      const [documents, positions] = await Promise.all([
        readModels.query(named('readModel', 'counts@2')),
        leases.query(named('feed', 'read-models.counts.2')),
      ]);
      return [documents.documents.length > 0, positions.documents.length > 0];
    };
    expect(await left()).toEqual([true, true]);
    away = false;
    await runtime.advance(20_000);
    const next = instance();
    await within(next.models.start());
    await runtime.advance(5_000);
    expect(await left()).toEqual([false, false]);
    expect(await next.get('thing-1')).toEqual({ events: 1 });
    for (const { models } of [one, late, next]) await within(models.stop());
  });
});
