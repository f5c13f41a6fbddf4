import { type Context, resolve, resolveList } from './expressions.ts';
import { type Treatment, treatmentOf } from './treatment.ts';
import type { Job, Step, Workflow } from './workflow.ts';

/** One command of a workflow, with what it finds in its environment. */
export interface Command {
  /** `service / staging`: the workflow and the job. */
  readonly job: string;
  readonly run: string;
  readonly env: Readonly<Record<string, string>>;
  readonly treatment: Treatment;
}

export interface PipelineOptions {
  /** A workflow by the path that `uses` names. */
  readonly workflow: (path: string) => Workflow;
  /** What `vars` hold in an environment of GitHub. */
  readonly variables: (environment: string) => Context;
  readonly github: Context;
  /** Instead of those that the change affects. */
  readonly services?: readonly string[];
  /** Carries out a command and tells what it wrote to GITHUB_OUTPUT. @throws Error where it fails */
  readonly execute: (command: Command) => Promise<Readonly<Record<string, string>>>;
  /** Told of what GitHub does itself, and of what is done only in some cases. */
  readonly note: (job: string, text: string) => void;
}

/**
 * Walks a workflow, and those that it calls, as GitHub would: jobs in the order of the file, their steps one after another. The
 * commands are the workflows' own, so what is done by hand and what GitHub does cannot differ.
 */
export async function runPipeline(path: string, options: PipelineOptions, inputs: Context = {}): Promise<void> {
  const { name, jobs } = options.workflow(path);
  const needs: Record<string, { outputs: Readonly<Record<string, string>> }> = {};
  for (const [id, job] of Object.entries(jobs)) {
    const context = { github: options.github, inputs, needs, runner: { os: 'Linux' } };
    if (job.uses === undefined) needs[id] = { outputs: await runJob(`${name} / ${id}`, job, context, options) };
    else {
      for (const matrix of matricesOf(job, context, options.services)) {
        const given = Object.entries(job.with ?? {}).map(([input, text]) => [
          input,
          resolve(text, { ...context, matrix }),
        ]);
        await runPipeline(job.uses, options, Object.fromEntries(given) as Context);
      }
      needs[id] = { outputs: {} };
    }
  }
}

async function runJob(
  title: string,
  job: Job,
  base: Context,
  options: PipelineOptions,
): Promise<Readonly<Record<string, string>>> {
  const steps: Record<string, { outputs: Readonly<Record<string, string>> }> = {};
  const environment = job.environment === undefined ? {} : { vars: options.variables(resolve(job.environment, base)) };
  const context = { ...base, ...environment, steps };
  for (const step of job.steps ?? []) {
    const outputs = await runStep(title, step, context, options);
    if (step.id !== undefined) steps[step.id] = { outputs };
  }
  return Object.fromEntries(Object.entries(job.outputs ?? {}).map(([name, text]) => [name, resolve(text, context)]));
}

async function runStep(
  job: string,
  { uses, run, env = {}, if: condition }: Step,
  context: Context,
  { execute, note }: PipelineOptions,
): Promise<Readonly<Record<string, string>>> {
  if (run === undefined) {
    note(job, `GitHub: ${uses?.replace(/@.*/, '')}`);
    return {};
  }
  const treatment = treatmentOf(run);
  if (treatment === undefined) throw new Error(`${job}: nobody has said how to carry out by hand: ${run}`);
  if (condition !== undefined) {
    note(job, `if ${condition}: ${run}`);
    return {};
  }
  const resolved = Object.entries(env).map(([name, text]) => [name, resolve(text, context)]);
  return execute({ job, run, env: Object.fromEntries(resolved) as Command['env'], treatment });
}

function matricesOf({ strategy }: Job, context: Context, services?: readonly string[]): readonly Context[] {
  if (strategy === undefined) return [{}];
  const [[name, text] = ['', '']] = Object.entries(strategy.matrix);
  return (services ?? resolveList(text, context)).map((value) => ({ [name]: value }));
}
