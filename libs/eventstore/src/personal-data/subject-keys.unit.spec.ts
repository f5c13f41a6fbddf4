import { type VirtualRuntime, virtualRuntime } from '@daybook/ports';
import { instantRuntime, seededFaults } from '../test-support/fixtures.ts';
import { createSubjectKeys, keysPerSubjectMax } from './subject-keys.ts';
import { keyRing, request } from './test-support.ts';

let runtime: VirtualRuntime;
let ring: ReturnType<typeof keyRing>;
beforeEach(() => {
  runtime = virtualRuntime();
  ring = keyRing(runtime);
});
afterEach(() => ring.close());

const minutes = (count: number): number => count * 60_000;

describe('Personal data: subject keys', () => {
  it('are one for each subject, the same in every process', async () => {
    const ada = await ring.open().forWriting('ada');
    const again = await ring.open().forWriting('ada');
    const bob = await ring.open().forWriting('bob');
    expect([ada.key.length, again.kid]).toEqual([32, ada.kid]);
    expect([...again.key]).toEqual([...ada.key]);
    expect(bob.kid).not.toBe(ada.kid);
    expect(Buffer.from(bob.key).equals(ada.key)).toBe(false);
    expect([...((await ring.open().forReading(ada.kid)) ?? [])]).toEqual([...ada.key]);
  });

  it('are stored wrapped only', async () => {
    const { kid, key } = await ring.open().forWriting('ada');
    const { documents } = await ring.container.query({ limit: 10 });
    const stored = JSON.stringify(documents);
    expect(stored).toContain(kid);
    for (const form of ['base64', 'base64url', 'hex'] as const) {
      expect(stored).not.toContain(Buffer.from(key).toString(form).slice(0, 40));
    }
  });

  it('asked for at once are made once', async () => {
    const instant = instantRuntime();
    const [one, other] = [ring.open({ runtime: instant }), ring.open({ runtime: instant })];
    const asked = [one, other, one, other].map((keys) => keys.forWriting('ada'));
    expect(new Set((await Promise.all(asked)).map(({ kid }) => kid)).size).toBe(1);
  });

  it('cost one round trip while they are unknown, and none while they are in memory', async () => {
    await ring.open().forWriting('ada');
    let calls = 0;
    const keys = ring.open({
      faults: () => {
        calls += 1;
        return undefined;
      },
    });
    const { kid } = await keys.forWriting('ada');
    await keys.forReading(kid);
    await keys.forWriting('ada');
    expect(calls).toBe(1);
    await runtime.advance(minutes(5));
    await keys.forReading(kid);
    expect(calls).toBe(2);
  });

  it('that are not there, and were not erased, are an error: lost is not erased', async () => {
    const kid = `${'x'.repeat(43)}.1`;
    await expect(ring.open().forReading(kid)).rejects.toMatchObject({ code: 'subject-key-unavailable', kid });
    await expect(ring.open().forReading('nonsense')).rejects.toMatchObject({ code: 'subject-key-unavailable' });
  });

  it('are kept for five minutes at most', () => {
    expect(() => ring.open({ cacheTtlMs: minutes(5) + 1 })).toThrow(RangeError);
  });

  it('survive a database that is busy, away, and loses answers', async () => {
    const instant = instantRuntime(3);
    const faulty = keyRing(instant);
    const retry = { attemptsMax: 100, budgetMs: minutes(1) };
    try {
      for (let seed = 1; seed <= 40; seed += 1) {
        const keys = faulty.open({ retry, faults: seededFaults(seed, 0.4) });
        const { kid, key } = await keys.forWriting(`subject-${seed}`);
        expect([...((await faulty.open().forReading(kid)) ?? [])]).toEqual([...key]);
        const erased = await faulty
          .open({ retry, faults: seededFaults(-seed, 0.4) })
          .erase(`subject-${seed}`, request());
        expect(erased).toMatchObject({ kid, subject: `subject-${seed}` });
        expect(await faulty.open().forReading(kid)).toBeUndefined();
      }
    } finally {
      faulty.close();
    }
  });
});

describe('Personal data: erase', () => {
  it('destroys the key: nothing of it is left in the container', async () => {
    const keys = ring.open();
    const { kid } = await keys.forWriting('ada');
    const before = JSON.stringify((await ring.container.query({ limit: 10 })).documents);
    const wrapped = /"value":"([^"]+)"/.exec(before)?.[1] as string;
    expect(await keys.erase('ada', request())).toEqual({
      ...request(),
      subject: 'ada',
      kid,
      keyCreatedAt: '2010-12-01T00:00:00.000Z',
      erasedAt: '2010-12-01T00:00:00.000Z',
      cachesEndAt: '2010-12-01T00:05:00.000Z',
    });
    expect(JSON.stringify((await ring.container.query({ limit: 10 })).documents)).not.toContain(wrapped);
    expect(await keys.forReading(kid)).toBeUndefined();
  });

  it('reaches every process within the time that keys are cached', async () => {
    const other = ring.open();
    const { kid } = await other.forWriting('ada');
    await runtime.advance(minutes(1));
    await ring.open().erase('ada', request());
    await runtime.advance(minutes(4) - 1);
    expect(await other.forReading(kid)).toBeDefined();
    await runtime.advance(1);
    expect(await other.forReading(kid)).toBeUndefined();
    expect((await other.forWriting('ada')).kid).not.toBe(kid);
  });

  it('twice is once', async () => {
    const keys = ring.open();
    await keys.forWriting('ada');
    const first = await keys.erase('ada', request('http:1'));
    await runtime.advance(minutes(1));
    expect(await keys.erase('ada', request('http:1'))).toEqual(first);
    expect(await keys.erase('ada', { ...request('http:2'), actor: 'operator:bob' })).toEqual(first);
    expect(await Promise.all([1, 2, 3].map(() => ring.open().erase('ada', request())))).toEqual([first, first, first]);
  });

  it('repeated late does not destroy the key of somebody who came back', async () => {
    const keys = ring.open();
    const first = await keys.forWriting('ada');
    await keys.erase('ada', request('http:1'));
    const second = await keys.forWriting('ada');
    expect(second.kid).not.toBe(first.kid);
    expect((await keys.erase('ada', request('http:1')))?.kid).toBe(first.kid);
    expect(await ring.open().forReading(second.kid)).toBeDefined();
    expect((await keys.erase('ada', request('http:2')))?.kid).toBe(second.kid);
    expect(await ring.open().forReading(second.kid)).toBeUndefined();
  });

  it('of somebody who is not known does nothing', async () => {
    expect(await ring.open().erase('nobody', request())).toBeUndefined();
    expect((await ring.container.query({ limit: 10 })).documents).toEqual([]);
  });

  it('and coming back has an end', async () => {
    const keys = ring.open();
    for (let n = 0; n < keysPerSubjectMax; n += 1) {
      await keys.forWriting('ada');
      await keys.erase('ada', request(`http:${n}`));
    }
    await expect(keys.forWriting('ada')).rejects.toMatchObject({ code: 'subject-keys-too-many' });
  });
});

describe('Personal data: lost is not erased', () => {
  it('a key that the wrapper does not open is not taken for erased', async () => {
    const { kid } = await ring.open().forWriting('ada');
    const other = keyRing(runtime);
    try {
      await other.open().forWriting('ada');
      const wrapper = {
        wrap: () => Promise.reject(new Error('not asked')),
        unwrap: () => Promise.reject(Object.assign(new Error('another file'), { name: 'KeyWrapperError' })),
      };
      const keys = createSubjectKeys({ container: ring.container, wrapper, runtime });
      await expect(keys.forReading(kid)).rejects.toMatchObject({ code: 'subject-key-unavailable' });
    } finally {
      other.close();
    }
  });
});
