import type { Change } from './changes/change.ts';
import type { CheckReport } from './check.ts';
import type { Finding } from './finding.ts';
import type { Verdict } from './release/verdict.ts';

/** How many things are wrong. */
export const countFindings = ({ verdicts, checks }: CheckReport): number =>
  [...verdicts, ...checks].reduce((sum, { findings }) => sum + findings.length, 0);

/** The report for people. */
export function reportText(report: CheckReport): string {
  const wrong = countFindings(report);
  return [
    ...report.verdicts.flatMap(linesOfVerdict),
    ...report.checks.flatMap(({ name, looked, findings }) => [
      `${name.padEnd(13)} ${looked}: ${outcome(findings)}`,
      ...findings.map(lineOf),
    ]),
    wrong === 0 ? 'contracts: ok' : `contracts: ${wrong} wrong`,
  ].join('\n');
}

const outcome = (findings: readonly Finding[]): string => (findings.length === 0 ? 'ok' : `${findings.length} wrong`);

function linesOfVerdict({ producer, released, declared, changes, findings }: Verdict): readonly string[] {
  const since = released === undefined ? 'never released' : `${summary(changes)} since ${released}`;
  const as = declared === released ? '' : `, to be released as ${declared}`;
  return [
    `${producer.padEnd(13)} ${since}${as}: ${outcome(findings)}`,
    ...changes.flatMap(linesOfChange),
    ...findings.map(lineOf),
  ];
}

function summary(changes: readonly Change[]): string {
  if (changes.length === 0) return 'nothing has changed';
  return (['forbidden', 'breaking', 'compatible'] as const)
    .map((kind) => ({ kind, count: changes.filter((change) => change.kind === kind).length }))
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => `${count} ${kind}`)
    .join(', ');
}

function linesOfChange({ kind, document, path, what, remedy }: Change): readonly string[] {
  return [
    `  ${kind.padEnd(10)}  ${document}  ${path}: ${what}`,
    ...(remedy === undefined ? [] : [`              → ${remedy}`]),
  ];
}

const lineOf = ({ where, what }: Finding): string => `  WRONG       ${where}: ${what}`;
