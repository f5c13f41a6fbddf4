import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { generateCommand, type GeneratedFile } from '@daybook/contracts/documents';
import type { Finding } from './finding.ts';

const generatedPath = 'libs/contracts/generated';

/** Committed documents that are not what the contracts say. @param files what they say */
export function generatedFindings(root: string, files: readonly GeneratedFile[]): readonly Finding[] {
  const folder = join(root, generatedPath);
  const expected = new Set(files.map(({ path }) => path));
  const old = files.flatMap(({ path, text }): readonly Finding[] => {
    const file = join(folder, path);
    if (existsSync(file) && readFileSync(file, 'utf8') === text) return [];
    const what = existsSync(file) ? 'is not what the contracts say' : 'is missing';
    return [{ where: `${generatedPath}/${path}`, what: `${what}: ${generateCommand}` }];
  });
  const leftOver = filesIn(folder)
    .filter((path) => !expected.has(path))
    .map((path): Finding => ({ where: `${generatedPath}/${path}`, what: `is made by nothing: ${generateCommand}` }));
  return [...old, ...leftOver];
}

function filesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
}
