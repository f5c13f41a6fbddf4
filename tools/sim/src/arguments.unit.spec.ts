import { readArguments } from './arguments.ts';

describe('the command line', () => {
  it('runs a hundred seeds unless it is told otherwise', () => {
    expect(readArguments([])).toMatchObject({ mode: 'seeds', seeds: 100, from: 1, json: false });
    expect(readArguments(['--seeds', '1000', '--from', '7', '--json'])).toMatchObject({
      mode: 'seeds',
      seeds: 1_000,
      from: 7,
      json: true,
    });
  });

  it('takes seeds that nobody has run', () => {
    expect(readArguments(['--from', 'now'], () => 1_290_000_000)).toMatchObject({ mode: 'seeds', from: 1_290_000_000 });
  });

  it.each([
    [['--seed', '9', '--timeline'], { mode: 'one-seed', from: 9, timeline: true }],
    [['--crash-points', '--every', '5'], { mode: 'crash-points', every: 5 }],
    [['--mutations'], { mode: 'mutations', seeds: 1_000 }],
    [['--mutation', 'no-inbox', '--until-violation'], { mutation: 'no-inbox', untilViolation: true }],
  ])('%j', (args, expected) => {
    expect(readArguments(args)).toMatchObject(expected);
  });

  it.each([
    [['--seeds', 'many'], /--seeds: give a whole number from 1 on, not "many"/],
    [['--every', '0'], /--every: .* from 1 on/],
    [['--mutation', 'bad-luck'], /there is no bad-luck; there are no-inbox/],
    [['--sedes', '3'], /--sedes/],
  ])('refuses %j', (args, message) => {
    expect(() => readArguments(args)).toThrow(message);
  });
});
