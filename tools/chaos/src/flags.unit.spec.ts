import { faultKinds } from './faults/fault.ts';
import { readFlags, UsageError } from './flags.ts';

describe('the command line', () => {
  it('has defaults for everything', () => {
    expect(readFlags([])).toEqual({
      ...{ minutes: 2, seed: 1, rate: 130, everyMs: 4_000, instances: 2, kinds: faultKinds },
      ...{ plan: false, keep: false, json: false },
    });
  });

  it('takes kinds by how they begin', () => {
    expect(readFlags(['--only', 'kill,link-'])?.kinds).toEqual(['kill', 'link-delay', 'link-cut', 'link-black-hole']);
  });

  it('replays a file once', () => {
    const flags = readFlags(['--replay', '--limit', '10', '--stock', '0.9', '--file', 'x.csv']);
    expect(flags).toMatchObject({ file: 'x.csv', replay: { limit: 10, stock: 0.9 } });
  });

  it('--help is no run', () => {
    expect(readFlags(['--help'])).toBeUndefined();
  });

  it.each([
    [['--minutes', 'two'], '--minutes is two; it must be a number from 0.1 to 1440.'],
    [['--seed', '1.5'], '--seed is 1.5; it must be a whole number'],
    [['--only', 'flood'], '--only is flood; the kinds are kill, '],
    [['--only', ''], '--only is ; the kinds are'],
    [['--stock', '1'], 'go with --replay'],
    [['--what'], "Unknown option '--what'"],
  ])('refuses %j', (args, message) => {
    expect(() => readFlags(args)).toThrow(UsageError);
    expect(() => readFlags(args)).toThrow(message);
  });
});
