// npx nx run contracts:check
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { producers } from '@daybook/contracts/documents';
import { check } from './check.ts';
import { countFindings, reportText } from './report.ts';

const usage = `npx nx run contracts:check [-- --json]

What the contract of each producer (${producers.join(', ')}) has changed since its last release, whether that is
compatible with those who hold to it, and whether its declared version says so. Besides: generated documents that are old, stored fixtures that are
not read any more, expectations of consumers that are not met. Rules: tools/contract-check/README.md.

  --json   the report as JSON, on the last line
  --help   this text

Exit code 1: something is wrong. 2: it could not be checked.`;

try {
  const { values: flags } = parseArgs({ options: { json: { type: 'boolean' }, help: { type: 'boolean' } } });
  if (flags.help === true) console.log(usage);
  else {
    const report = check(join(import.meta.dirname, '../../..'));
    console.log(reportText(report));
    if (flags.json === true) console.log(JSON.stringify(report));
    process.exitCode = countFindings(report) === 0 ? 0 : 1;
  }
} catch (error) {
  console.error(`contracts: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
