// npx nx run contracts:release -- order
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { producers, type ServiceName } from '@daybook/contracts/documents';
import { check } from '../check.ts';
import { readFixtures } from '../fixtures.ts';
import { countFindings, reportText } from '../report.ts';
import { contractOf } from './contract.ts';
import { isSame, readReleased, releasedPath, writeReleased } from './released.ts';

const usage = `npx nx run contracts:release -- PRODUCER… | --all

Makes what a producer promises now its last release, under the version that libs/contracts/src/versions.ts declares: what is checked from then
on is that this is kept. Writes ${releasedPath('order')} and the like, to be committed. Nothing is released
while the check finds anything wrong.

  PRODUCER  one or more of ${producers.join(', ')}
  --all     all of them
  --help    this text`;

const root = join(import.meta.dirname, '../../../..');

/** @throws Error for a name that is none */
function chosen(names: readonly string[], all: boolean): readonly ServiceName[] {
  const unknown = names.filter((name) => !producers.some((producer) => producer === name));
  if (unknown.length > 0) throw new Error(`no such producer: ${unknown.join(', ')}; there are ${producers.join(', ')}`);
  return producers.filter((producer) => all || names.includes(producer));
}

function release(names: readonly ServiceName[]): boolean {
  // What is released for the first time has nothing yet that could be wrong with its last release.
  const first = new Set(names.filter((name) => readReleased(root, name) === undefined).map(releasedPath));
  const found = check(root);
  const verdicts = found.verdicts
    .filter(({ producer }) => names.includes(producer))
    .map((verdict) => ({ ...verdict, findings: verdict.findings.filter(({ where }) => !first.has(where)) }));
  const report = { ...found, verdicts };
  if (countFindings(report) > 0) {
    console.log(`${reportText(report)}\nnothing was released`);
    return false;
  }
  const fixtures = readFixtures(root);
  for (const name of names) {
    const contract = contractOf(name, fixtures);
    const before = readReleased(root, name);
    if (before !== undefined && isSame(before, contract))
      console.log(`${name} ${contract.version} is released already`);
    else {
      writeReleased(root, contract);
      console.log(`${name} ${contract.version} is released: commit ${releasedPath(name)}`);
    }
  }
  return true;
}

try {
  const options = { all: { type: 'boolean' }, help: { type: 'boolean' } } as const;
  const { values: flags, positionals } = parseArgs({ options, allowPositionals: true });
  const names = chosen(positionals, flags.all === true);
  if (flags.help === true) console.log(usage);
  else if (names.length === 0) throw new Error(`name a producer\n\n${usage}`);
  else process.exitCode = release(names) ? 0 : 1;
} catch (error) {
  console.error(`contracts: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
