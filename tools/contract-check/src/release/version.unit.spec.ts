import type { Change, ChangeKind } from '../changes/change.ts';
import { isAtLeast, neededVersion, parseVersion } from './version.ts';

const changes = (...kinds: readonly ChangeKind[]): Change[] =>
  kinds.map((kind) => ({ kind, document: 'openapi', path: '', what: '' }));

it.each<[readonly ChangeKind[], string | undefined]>([
  [[], '1.4.2'],
  [['compatible'], '1.5.0'],
  [['compatible', 'breaking'], '2.0.0'],
  [['breaking', 'forbidden'], undefined],
])('after 1.4.2, with changes that are %j, %s is needed', (kinds, needed) => {
  expect(neededVersion('1.4.2', changes(...kinds))).toBe(needed);
});

it.each([
  ['1.4.2', '1.4.2', true],
  ['1.10.0', '1.9.9', true],
  ['2.0.0', '1.9.9', true],
  ['1.4.1', '1.4.2', false],
  ['1.9.9', '2.0.0', false],
  ['1.4.0', '1.5.0', false],
])('%s against %s: %s', (version, least, enough) => {
  expect(isAtLeast(version, least)).toBe(enough);
});

it.each(['1.0', 'v1.0.0', '1.0.0-rc.1', '01.0.0', '', '1.0.0.0'])('%j is no version', (text) => {
  expect(() => parseVersion(text)).toThrow('it must be three numbers, as 1.4.0');
});
