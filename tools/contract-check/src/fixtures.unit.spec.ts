import { join } from 'node:path';
import type { Fixture } from '@daybook/contracts/documents';
import { fixtureFindings, readFixtures } from './fixtures.ts';
import { contractOf } from './release/contract.ts';

const fixtures = readFixtures(join(import.meta.dirname, '../../..'));
const released = [contractOf('order', fixtures)];
const name = 'OrderShipped.v1.json';
const shipped = fixtures.get(name) as Fixture;

const found = (change: (changed: Map<string, Fixture>) => void): string[] => {
  const changed = new Map(fixtures);
  change(changed);
  return fixtureFindings(changed, released).map(
    ({ where, what }) => `${where.split('/').at(-1)} ${what.split(':')[0]}`,
  );
};

it('fixtures that are read and are what they were are right', () => {
  expect(found(() => undefined)).toEqual([]);
});

it.each<[string, (changed: Map<string, Fixture>) => void, string[]]>([
  [
    'that does not decode',
    (all) => all.set('Lost.v1.json', { ...shipped, type: 'Lost' }),
    ['Lost.v1.json does not decode'],
  ],
  ['under another name', (all) => all.set('Sent.v1.json', shipped), ['Sent.v1.json is of OrderShipped version 1']],
  ['that is gone', (all) => all.delete(name), [`${name} is gone`]],
  ['that was never there', (all) => all.delete('StockReserved.v1.json'), ['StockReserved.v1.json is missing']],
  [
    'that was changed',
    (all) => all.set(name, { ...shipped, data: { ...shipped.data, carrier: 'x' } }),
    [`${name} is not what it was`],
  ],
])('a fixture %s is wrong', (_, change, expected) => {
  expect(found(change)).toEqual(expected);
});
