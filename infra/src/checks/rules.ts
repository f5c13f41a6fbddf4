import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { rulesFile, serviceTestsFile } from '../monitoring/rule-files.ts';
import type { CheckResult, InfraProblem } from './problem.ts';

interface RuleFile {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
}
interface Rule {
  readonly alert?: string;
  readonly annotations?: { readonly summary?: string; readonly runbook?: string };
}
interface RuleTests {
  readonly tests: readonly {
    readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly unknown[] }[];
  }[];
}

const testsFile = 'infra/monitoring/rules.test.yaml';
export const testsFiles = [testsFile, serviceTestsFile] as const;

/** Alert rules by `promtool` and their own tests; every alert is tested, and has a runbook that speaks of it. @param root the repository */
export function checkRules(root: string): CheckResult {
  const rules = parse(readFileSync(join(root, rulesFile), 'utf8')) as RuleFile;
  const tests = testsFiles.flatMap((file) => (parse(readFileSync(join(root, file), 'utf8')) as RuleTests).tests);
  const alerts = alertsOf(rules);
  const problems = alertProblems(rules, { tests }, (path) =>
    existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined,
  );
  const looked = `${alerts.length} alerts, ${tests.length} tests`;
  if (!promtoolIsThere()) {
    return { looked, problems, skipped: 'promtool is not installed: it comes with Debian’s package prometheus' };
  }
  const checked = [promtool(root, ['check', 'rules', rulesFile]), promtool(root, ['test', 'rules', ...testsFiles])];
  return { looked, problems: [...problems, ...checked.flat()] };
}

const alertsOf = ({ groups }: RuleFile): readonly Rule[] =>
  groups.flatMap((group) => group.rules).filter(({ alert }) => alert !== undefined);

/** An alert that nobody has seen fire, or that does not say what to do, is no alert. */
export function alertProblems(
  rules: RuleFile,
  { tests }: RuleTests,
  textOf: (path: string) => string | undefined,
): readonly InfraProblem[] {
  const all = tests.flatMap(({ alert_rule_test: each = [] }) => each);
  const namesOf = (of: typeof all): ReadonlySet<string> => new Set(of.map(({ alertname }) => alertname));
  const fires = namesOf(all.filter(({ exp_alerts: expected }) => expected.length > 0));
  const silent = namesOf(all.filter(({ exp_alerts: expected }) => expected.length === 0));
  return alertsOf(rules).flatMap(({ alert = '', annotations }) => {
    const runbook = annotations?.runbook;
    return [
      ...(fires.has(alert) ? [] : [{ where: testsFile, what: `${alert}: no test sees it` }]),
      ...(silent.has(alert) ? [] : [{ where: testsFile, what: `${alert}: no test sees it stay away` }]),
      ...(annotations?.summary === undefined ? [{ where: rulesFile, what: `${alert}: has no summary` }] : []),
      ...runbookProblems(alert, runbook, runbook === undefined ? undefined : textOf(runbook)),
    ];
  });
}

function runbookProblems(alert: string, runbook = '', text: string | undefined): readonly InfraProblem[] {
  if (text === undefined) return [{ where: rulesFile, what: `${alert}: its runbook ${runbook} is not there` }];
  return text.includes(`\`${alert}\``) ? [] : [{ where: runbook, what: `does not say \`${alert}\`` }];
}

export function promtoolIsThere(): boolean {
  try {
    execFileSync('promtool', ['--version'], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}

export function promtool(root: string, args: readonly string[]): readonly InfraProblem[] {
  try {
    execFileSync('promtool', args, { cwd: root, stdio: 'pipe', timeout: 60_000 });
    return [];
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: Buffer; stderr?: Buffer };
    return [{ where: args.at(-1) ?? '', what: `${stdout?.toString() ?? ''}${stderr?.toString() ?? ''}`.trim() }];
  }
}
