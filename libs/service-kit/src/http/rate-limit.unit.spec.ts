import { virtualRuntime } from '@daybook/ports';
import fc from 'fast-check';
import { createRateLimiter } from './rate-limit.ts';

/** How many of so many requests at once go on. */
const passed = (take: () => number, requests: number): number =>
  Array.from({ length: requests }, take).filter((waitMs) => waitMs === 0).length;

it('lets a burst through after a rest, and then as many as it may each second', async () => {
  const runtime = virtualRuntime({ seed: 1 });
  const limiter = createRateLimiter({ perSecond: 10, burst: 20 }, runtime);
  const take = (): number => limiter.take('ann');
  expect(passed(take, 50)).toBe(20);
  await runtime.advance(1_000);
  expect(passed(take, 50)).toBe(10);
  await runtime.advance(60_000);
  expect(passed(take, 50)).toBe(20);
});

it('says how long to wait, and after that goes on', async () => {
  const runtime = virtualRuntime({ seed: 1 });
  const limiter = createRateLimiter({ perSecond: 4, burst: 1 }, runtime);
  expect([limiter.take('ann'), limiter.take('ann')]).toEqual([0, 250]);
  await runtime.advance(249);
  expect(limiter.take('ann')).toBe(1);
  await runtime.advance(1);
  expect(limiter.take('ann')).toBe(0);
});

it('holds nobody back for what another client does', () => {
  const limiter = createRateLimiter({ perSecond: 1, burst: 1 }, { now: () => 0 });
  expect(['ann', 'ann', 'bob'].map((client) => limiter.take(client) === 0)).toEqual([true, false, true]);
});

it('gives nothing for a clock that goes back', () => {
  let nowMs = 10_000;
  const limiter = createRateLimiter({ perSecond: 1, burst: 1 }, { now: () => nowMs });
  limiter.take('ann');
  nowMs = 0;
  expect(limiter.take('ann')).toBe(1_000);
});

it('remembers only so many clients: who asked longest ago is forgotten', () => {
  const limiter = createRateLimiter({ perSecond: 1, burst: 1, clientsMax: 2 }, { now: () => 0 });
  for (const client of ['ann', 'bob', 'ann', 'eve']) limiter.take(client);
  expect([limiter.clients, limiter.take('ann') > 0, limiter.take('bob')]).toEqual([2, true, 0]);
});

it('never lets through more than the burst and what time has earned', () => {
  const gap = fc.integer({ min: 0, max: 400 });
  fc.assert(
    fc.property(fc.array(gap, { maxLength: 200 }), fc.integer({ min: 1, max: 50 }), (gaps, perSecond) => {
      let nowMs = 0;
      const limiter = createRateLimiter({ perSecond, burst: 5 }, { now: () => nowMs });
      const through = gaps.filter((gapMs) => {
        nowMs += gapMs;
        return limiter.take('ann') === 0;
      });
      expect(through.length).toBeLessThanOrEqual(5 + (nowMs * perSecond) / 1_000 + 1e-6);
    }),
  );
});
