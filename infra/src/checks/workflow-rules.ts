import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { serviceNames } from '@daybook/contracts';
import { parse } from 'yaml';
import { treatmentOf } from '../pipeline/treatment.ts';
import type { Job, Step, Workflow } from '../pipeline/workflow.ts';

/**
 * What must hold of a workflow beside what a linter knows, in words: no more rights than it needs, no secrets, no text of others in a shell,
 * no command that cannot be run by hand as well, and no service that cannot be chosen.
 *
 * @param root the repository
 */
export function workflowRules(text: string, root: string): readonly string[] {
  const workflow = parse(text) as Workflow;
  const problems: string[] = [];
  const unless = (holds: boolean, what: string): void => void (holds || problems.push(what));
  // Jobs ask for more where they need it.
  unless(workflow.permissions !== undefined, 'permissions: say which the workflow has; without a word it has many');
  unless(!Object.values(workflow.permissions ?? {}).includes('write'), 'permissions: only a job may write');
  unless(!/\bsecrets\./.test(text), 'a secret is used: Azure knows the job by its token (OpenID Connect)');
  unless(!/\bpull_request_target\b/.test(text), 'pull_request_target: would run strangers’ code with our rights');
  const { options } = workflow.on?.workflow_dispatch?.inputs?.['service'] ?? {};
  unless(
    options === undefined || options.join() === serviceNames.join(),
    `workflow_dispatch: the options of service must be [${serviceNames.join(', ')}]`,
  );
  for (const [name, job] of Object.entries(workflow.jobs ?? {})) {
    for (const what of jobProblems(job, root)) problems.push(`job ${name}: ${what}`);
  }
  return problems;
}

function jobProblems(job: Job, root: string): readonly string[] {
  if (job.uses !== undefined) return [];
  const steps = job.steps ?? [];
  const signsIn = steps.some(({ uses }) => uses?.startsWith('azure/login@'));
  return [
    ...(job['timeout-minutes'] === undefined ? ['has no timeout-minutes'] : []),
    ...(signsIn && job.environment === undefined
      ? ['signs in to Azure without an environment, which Azure asks for']
      : []),
    ...(signsIn === (job.permissions?.['id-token'] === 'write')
      ? []
      : ['id-token: write is for jobs that sign in to Azure, and for no other']),
    ...steps.flatMap((step) => stepProblems(step, root)),
  ];
}

function stepProblems({ uses, run, with: given }: Step, root: string): readonly string[] {
  const problems: string[] = [];
  if (uses?.startsWith('actions/checkout@') === true && given?.['persist-credentials'] !== false)
    problems.push('actions/checkout: persist-credentials must be false: no step needs the token');
  if (run === undefined) return problems;
  const [command = ''] = run.split('\n');
  if (run.includes('${{')) problems.push(`${command}: give it values by env: in the command itself they could be code`);
  if (treatmentOf(run) === undefined)
    problems.push(`${command}: nobody has said how it is carried out by hand (infra/src/pipeline/treatment.ts)`);
  const script = /infra\/pipelines\/[\w-]+\.\w+/.exec(run)?.[0];
  if (script !== undefined && !isThere(join(root, script), run.startsWith(script)))
    problems.push(`${script}: is not there, or cannot be executed`);
  return problems;
}

function isThere(path: string, executed: boolean): boolean {
  try {
    accessSync(path, executed ? constants.X_OK : constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
