import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** A workflow of GitHub, as far as the pipeline uses what it may say. */
export interface Workflow {
  readonly name: string;
  /** Also a name or a list of names, which have no inputs. */
  readonly on?: { readonly workflow_dispatch?: { readonly inputs?: Readonly<Record<string, Input>> } };
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** What a person is asked who starts a workflow by hand. */
export interface Input {
  readonly options?: readonly string[];
}

export interface Job {
  /** Another workflow, `./.github/workflows/x.yaml`, instead of steps. */
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly strategy?: { readonly matrix: Readonly<Record<string, string>> };
  readonly steps?: readonly Step[];
  readonly 'timeout-minutes'?: number;
  readonly permissions?: Readonly<Record<string, string>>;
}

export interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly if?: string;
}

/** @param root the repository @param path from there */
export const readWorkflow = (root: string, path: string): Workflow =>
  parse(readFileSync(join(root, path), 'utf8')) as Workflow;
