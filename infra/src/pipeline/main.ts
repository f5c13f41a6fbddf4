// npm run pipeline
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { serviceNames } from '@daybook/contracts';
import { environmentNames } from '../checks/environment-names.ts';
import { executeHere } from './execute.ts';
import type { Context } from './expressions.ts';
import { runPipeline } from './run-pipeline.ts';
import { readWorkflow } from './workflow.ts';

const usage = `npm run pipeline [-- options]: what happens to a commit on main, step by step, as the workflows have it

Walks .github/workflows/deploy.yaml and those that it calls, and prints each command. What only looks is run (which services are affected,
what would be deployed: rendered to dist/rendered); what needs Azure or a cluster prints what it would do. Nothing leaves this machine.

  --run              carry out what needs no cloud: lint, types, tests and builds of what is affected, contracts, check:infra; images where
                     there is a Docker engine; the smoke test where npm start runs
  --whole            with --run: npm test as well
  --base COMMIT      compare with this commit (default: where the branch left main)
  --service NAME     go on with this service, affected or not; may be given several times
  --help             this text

Exit code 1: a step failed. 2: it was asked wrongly.`;

const root = join(import.meta.dirname, '..', '..', '..');

try {
  const { values } = parseArgs({
    options: {
      run: { type: 'boolean' },
      whole: { type: 'boolean' },
      base: { type: 'string' },
      service: { type: 'string', multiple: true },
      help: { type: 'boolean' },
    },
  });
  const unknown = values.service?.find((service) => !serviceNames.some((app) => app === service));
  if (unknown !== undefined) throw new Error(`--service ${unknown}: must be one of ${serviceNames.join(', ')}`);
  if (values.whole === true && values.run !== true) throw new Error('--whole goes with --run');
  if (values.help === true) console.log(usage);
  else process.exitCode = await walk(values);
} catch (error) {
  console.error(`pipeline: ${(error as Error).message}\n\n${usage}`);
  process.exitCode = 2;
}

interface Asked {
  readonly run?: boolean;
  readonly whole?: boolean;
  readonly base?: string;
  readonly service?: readonly string[];
}

async function walk({ run = false, whole = false, base, service }: Asked): Promise<number> {
  const print = (line: string): void => console.log(line);
  let current = '';
  const under = (job: string): void => {
    if (job !== current) print(`\n── ${job}`);
    current = job;
  };
  const execute = executeHere({ root, forReal: run, whole, ...(base === undefined ? {} : { base }), print });
  try {
    await runPipeline('.github/workflows/deploy.yaml', {
      workflow: (path) => readWorkflow(root, path),
      variables: variablesOf,
      github: { ref: 'refs/heads/main', token: '', event: { pull_request: { base: { sha: '' } } } },
      ...(service === undefined ? {} : { services: service }),
      execute: (command) => {
        under(command.job);
        return execute(command);
      },
      note: (job, text) => {
        under(job);
        print(`  · ${text}`);
      },
    });
  } catch (error) {
    print(`\npipeline: ${(error as Error).message}`);
    return 1;
  }
  print('\nthe end');
  return 0;
}

/** The variables of an environment at GitHub, as infra/README.md says to set them. */
function variablesOf(environment: string): Context {
  const { prefix } = environmentNames(root, environment);
  return {
    REGISTRY: `${prefix}${environment}.azurecr.io`,
    STAGING_REGISTRY: `${prefix}staging.azurecr.io`,
    RESOURCE_GROUP: `${prefix}-${environment}`,
    CLUSTER: `${prefix}-${environment}-aks`,
    API_SCOPE: `api://daybook-${environment}/.default`,
  };
}
