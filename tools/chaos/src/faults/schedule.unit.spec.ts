import { mulberry32 } from '@daybook/ports';
import fc from 'fast-check';
import { deckOf } from '../random.ts';
import { describeFault, durationMs, faultKinds } from './fault.ts';
import { planFaults, type ScheduleOptions } from './schedule.ts';

const options: ScheduleOptions = {
  ...{ seed: 1, forMs: 120_000, everyMs: 4_000, kinds: faultKinds },
  processes: ['order', 'payment', 'cosmos-emulator'],
  links: ['order:cosmos', 'clients:order'],
};
const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe('the schedule of faults', () => {
  it('is the same for the same seed, and another for another', () => {
    fc.assert(
      fc.property(seeds, (seed) => expect(planFaults({ ...options, seed })).toEqual(planFaults({ ...options, seed }))),
    );
    expect(planFaults(options)).not.toEqual(planFaults({ ...options, seed: 2 }));
  });

  it('has every kind in three minutes whatever the seed, and every process is killed or frozen', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const faults = planFaults({ ...options, seed, forMs: 180_000 }).map(({ fault }) => fault);
        expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(faultKinds));
        const hit = faults.flatMap((fault) => ('process' in fault ? [fault.process] : []));
        expect(new Set(hit)).toEqual(new Set(options.processes));
      }),
    );
  });

  it('has every kind in the two minutes of the seed that CI runs', () => {
    const kinds = planFaults({ ...options, seed: 20_101_201 }).map(({ fault }) => fault.kind);
    expect(new Set(kinds)).toEqual(new Set(faultKinds));
  });

  it('leaves a quiet beginning, keeps its order, and every fault ends in time', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 600_000 }), (seed, forMs) => {
        const planned = planFaults({ ...options, seed, forMs });
        const times = planned.map(({ atMs }) => atMs);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        for (const { atMs, fault } of planned) {
          expect(atMs).toBeGreaterThanOrEqual(3_000);
          expect(atMs + durationMs(fault)).toBeLessThanOrEqual(forMs);
        }
      }),
    );
  });

  it('freezes for longer than a lease, and black-holes for a bounded time', () => {
    for (const { fault } of planFaults({ ...options, forMs: 600_000 })) {
      if (fault.kind === 'freeze') expect(fault.forMs).toBeGreaterThan(5_000);
      expect(durationMs(fault)).toBeLessThanOrEqual(15_000);
    }
  });

  it('has only the kinds that it is asked for', () => {
    const planned = planFaults({ ...options, kinds: ['kill'], everyMs: 3_000 });
    expect(planned.length).toBeGreaterThan(25);
    expect(planned.every(({ fault }) => fault.kind === 'kill')).toBe(true);
  });

  it('can be read', () => {
    expect(describeFault({ kind: 'kill', process: 'order' })).toBe('kill -9 order');
    expect(
      describeFault({
        ...{ kind: 'link-black-hole', link: 'order:cosmos', forMs: 5_000 },
        does: { kind: 'black-hole', swallows: 'answers', end: 'breaks' },
      }),
    ).toBe('link-black-hole order:cosmos for 5.0 s, swallows the answers, which then never arrive');
  });
});

describe('a deck', () => {
  it('gives out every card before any comes again', () => {
    fc.assert(
      fc.property(seeds, fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 20 }), (seed, cards) => {
        const next = deckOf(cards, mulberry32(seed));
        for (let round = 0; round < 3; round += 1) {
          expect(new Set(cards.map(() => next()))).toEqual(new Set(cards));
        }
      }),
    );
  });

  it('refuses to be empty', () => {
    expect(deckOf([], mulberry32(1))).toThrow('A deck needs cards');
  });
});
