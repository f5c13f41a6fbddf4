// npm run check:infra
import { join } from 'node:path';
import { checkBicep } from './checks/bicep.ts';
import { checkDockerfiles } from './checks/dockerfiles.ts';
import { checkGenerated } from './checks/generated.ts';
import { checkManifests } from './checks/manifests.ts';
import { checkMonitoring } from './checks/monitoring.ts';
import type { CheckResult } from './checks/problem.ts';
import { checkRules } from './checks/rules.ts';
import { checkWorkflows } from './checks/workflows.ts';

const usage = `npm run check:infra: checks, without Azure and without a cluster, everything that deploys Daybook

Manifests (rendered by kubectl kustomize, 1.27 or later, against the models of Kubernetes and KEDA; what pods are told, against the services'
own settings), Bicep (syntax, names, parameters, the definitions of libs/contracts), workflows (actionlint, and that each command can be run by
hand), Dockerfiles, alert rules (promtool), and that these, dashboards, workbook and scalers ask for what the services export. What only a real
cluster can show: infra/README.md.

  --help   this text

Exit code 1: something is wrong, or, where CI is set, was skipped.`;

const root = join(import.meta.dirname, '..', '..');
const checks: Readonly<Record<string, () => CheckResult | Promise<CheckResult>>> = {
  generated: () => checkGenerated(root),
  manifests: () => checkManifests(root),
  bicep: () => checkBicep(join(root, 'infra')),
  workflows: () => checkWorkflows(root),
  dockerfiles: () => checkDockerfiles(root),
  rules: () => checkRules(root),
  monitoring: () => checkMonitoring(root),
};

if (process.argv.includes('--help')) console.log(usage);
else process.exitCode = await checkAll();

async function checkAll(): Promise<number> {
  let found = 0;
  for (const [name, check] of Object.entries(checks)) {
    const { looked, problems, skipped } = await check();
    const verdict =
      problems.length > 0 ? `${problems.length} wrong` : skipped === undefined ? 'ok' : `SKIPPED: ${skipped}`;
    console.log(`${name.padEnd(12)} ${looked}: ${verdict}`);
    for (const { where, what } of problems) console.log(`  ${where}  ${what}`);
    // On one's own machine something may be missing; CI has to have looked.
    found += problems.length + (skipped !== undefined && process.env['CI'] !== undefined ? 1 : 0);
  }
  return found === 0 ? 0 : 1;
}
