import { findMutations } from './find-mutations.ts';
import { mutationNames } from './switches.ts';

// What the tests are worth: each of these mistakes, built into the system, has to be found.
it.each(mutationNames)(
  'the simulator finds the mistake %s',
  async (mutation) => {
    const [found] = await findMutations({ seeds: 1_000, from: 1, mutations: [mutation] });
    expect(found?.caughtAtSeed).toBeGreaterThan(0);
    expect(found?.invariant).toMatch(/./);
  },
  300_000,
);
