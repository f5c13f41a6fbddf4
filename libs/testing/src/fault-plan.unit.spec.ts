import { virtualRuntime } from '@daybook/ports';
import { faultPlan } from './fault-plan.ts';

const chances = { before: 0.1, throttled: 0.2, 'executed-but-lost': 0.3 } as const;

describe('faultPlan', () => {
  it('gives the same faults for the same seed, each about as often as asked', () => {
    const draw = () => {
      const plan = faultPlan({ random: virtualRuntime({ seed: 5 }).random, chances });
      const faults = Array.from({ length: 1_000 }, () => plan.next());
      return { faults, injected: plan.injected };
    };
    const { faults, injected } = draw();
    expect(draw().faults).toEqual(faults);
    expect(injected.before).toBeGreaterThan(60);
    expect(injected['executed-but-lost']).toBeGreaterThan(injected.throttled);
  });

  it('ends after so many, or when it is healed', () => {
    const { random } = virtualRuntime();
    const limited = faultPlan({ random, chances: { before: 1 }, faultsMax: 2 });
    expect([limited.next(), limited.next(), limited.next()]).toEqual(['before', 'before', undefined]);
    const healed = faultPlan({ random, chances: { before: 1 } });
    healed.heal();
    expect(healed.next()).toBeUndefined();
  });

  it('refuses chances of more than 1', () => {
    expect(() => faultPlan({ random: () => 0, chances: { before: 0.7, throttled: 0.7 } })).toThrow(RangeError);
  });
});
