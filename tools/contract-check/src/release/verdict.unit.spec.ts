import type { Change } from '../changes/change.ts';
import { contractOf } from './contract.ts';
import { judge } from './verdict.ts';

const contract = contractOf('order', new Map());
const added: Change = { kind: 'compatible', document: 'openapi', path: 'GET /v1/new', what: 'is new' };
const lost: Change = { kind: 'breaking', document: 'openapi', path: 'GET /v1/old', what: 'is gone', remedy: 'keep it' };
const never: Change = { ...lost, kind: 'forbidden' };

/** What is wrong with a contract that is declared as one version after another was released. */
const wrong = (
  released: string,
  declared: string,
  changes: readonly Change[],
  changelog = `## ${declared}\n`,
): string[] =>
  judge({
    contract: { ...contract, version: declared },
    released: { ...contract, version: released },
    changes,
    changelog,
  }).findings.map(({ where, what }) => `${where}: ${what}`);

describe('a declared version', () => {
  it.each<[string, readonly Change[]]>([
    ['1.0.0', []],
    ['1.0.1', []],
    ['1.1.0', [added]],
    ['2.0.0', [added, lost]],
    ['2.0.0', [added]],
  ])('%s allows what has changed since 1.0.0', (declared, changes) => {
    expect(wrong('1.0.0', declared, changes)).toEqual([]);
  });

  it.each<[string, readonly Change[], string]>([
    ['1.0.0', [added], '1.1.0'],
    ['1.0.1', [added], '1.1.0'],
    ['1.1.0', [lost], '2.0.0'],
    ['0.9.0', [], '1.0.0'],
  ])('%s does not', (declared, changes, needed) => {
    expect(wrong('1.0.0', declared, changes)).toEqual([
      `libs/contracts/src/versions.ts: order is declared as ${declared}, but ${needed} is needed after 1.0.0: declare it`,
    ]);
  });

  it('never allows what is forbidden', () => {
    expect(wrong('1.0.0', '9.0.0', [never])).toEqual([
      'libs/contracts/src/versions.ts: no version of order allows what is marked as forbidden',
    ]);
  });

  it('is told in the changelog', () => {
    expect(wrong('1.0.0', '1.1.0', [added], '## 1.0.0\n')).toEqual([
      'libs/contracts/producers/order/CHANGELOG.md: has no section ## 1.1.0: say what it brings',
    ]);
  });
});

it('a producer that was never released has to be', () => {
  const { findings } = judge({ contract, released: undefined, changes: [], changelog: `## ${contract.version}` });
  expect(findings).toMatchObject([{ what: 'order has never been released: npx nx run contracts:release -- order' }]);
});
