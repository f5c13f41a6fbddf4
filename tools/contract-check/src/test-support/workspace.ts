import { execFile } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { contractVersions, producers } from '@daybook/contracts/documents';

const root = join(import.meta.dirname, '../../../..');
const copied = ['libs/contracts', 'tools/contract-check', 'apps/*/expectations', 'tools/*/expectations'];
const versions = 'libs/contracts/src/versions.ts';
const changelogOf = (producer: string): string => `libs/contracts/producers/${producer}/CHANGELOG.md`;

const programs = {
  /** `npm run generate -w @daybook/contracts` */
  generate: 'libs/contracts/src/generate/main.ts',
  /** `npx nx run contracts:check` */
  check: 'tools/contract-check/src/main.ts',
  /** `npx nx run contracts:release` */
  release: 'tools/contract-check/src/release/main.ts',
};
/** One of them, with its arguments. */
export type Program = readonly [keyof typeof programs, ...args: string[]];

export interface Ran {
  readonly code: number;
  readonly out: string;
}

/** A copy of all that the check looks at, and of the check itself, to be changed. */
export interface Workspace {
  /** Puts a text in the place of another. @throws Error where that is not there exactly once */
  edit(path: string, from: string, to: string): void;
  write(path: string, text: string): void;
  /** Declares a version of a producer after 1.0.0, and tells it in its changelog. */
  declare(producer: string, version: string): void;
  /** Runs what these are, one after another in one process, as far as they succeed. */
  run(...programs: readonly Program[]): Promise<Ran>;
  copy(): Workspace;
  remove(): void;
}

/** The contracts as they are, every one of them just released as 1.0.0. */
export async function releasedWorkspace(): Promise<Workspace> {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-contracts-'));
  for (const path of globSync(copied, { cwd: root })) {
    cpSync(join(root, path), join(folder, path), { recursive: true, filter: (each) => !each.endsWith('.spec.ts') });
  }
  mkdirSync(join(folder, 'node_modules/@daybook'), { recursive: true });
  symlinkSync('../../libs/contracts', join(folder, 'node_modules/@daybook/contracts'));
  for (const name of ['zod', 'ajv']) symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  const workspace = workspaceIn(folder);
  for (const producer of producers) {
    rmSync(join(folder, `libs/contracts/producers/${producer}/released.json`), { force: true });
    workspace.edit(versions, `${producer}: '${contractVersions[producer]}'`, `${producer}: '1.0.0'`);
    workspace.write(changelogOf(producer), '## 1.0.0\n');
  }
  const { code, out } = await workspace.run(['generate'], ['release', '--all']);
  if (code !== 0) throw new Error(out);
  return workspace;
}

function workspaceIn(folder: string): Workspace {
  let runs = 0;
  const edit: Workspace['edit'] = (path, from, to) => {
    const text = readFileSync(join(folder, path), 'utf8');
    if (text.split(from).length !== 2) throw new Error(`${path} has not exactly one ${from}`);
    writeFileSync(
      join(folder, path),
      text.replace(from, () => to),
    );
  };
  return {
    edit,
    write(path, text) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    },
    declare(producer, version) {
      edit(versions, `${producer}: '1.0.0'`, `${producer}: '${version}'`);
      edit(changelogOf(producer), '## 1.0.0', `## ${version}\n\n- More.\n\n## 1.0.0`);
    },
    run(...chosen) {
      const steps = chosen.map(([name, ...args]) => {
        const argv = JSON.stringify([process.execPath, name, ...args]);
        return `process.argv = ${argv};\nawait import(${JSON.stringify(join(folder, programs[name]))});\n`;
      });
      const script = join(folder, `run-${(runs += 1)}.mjs`);
      writeFileSync(script, steps.join(''));
      return new Promise((resolve) => {
        execFile(process.execPath, [script], (error, stdout, stderr) => {
          resolve({ code: error === null ? 0 : Number(error.code), out: stdout + stderr });
        });
      });
    },
    copy() {
      const other = mkdtempSync(join(tmpdir(), 'daybook-contracts-'));
      cpSync(folder, other, { recursive: true, verbatimSymlinks: true });
      return workspaceIn(other);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
