import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedFiles } from '../generated-files.ts';
import type { CheckResult } from './problem.ts';

/** What is made of code is what the code makes of it today. @param root the repository */
export function checkGenerated(root: string): CheckResult {
  const files = generatedFiles();
  const old = files.filter(({ file, text }) => {
    const path = join(root, file);
    return !existsSync(path) || readFileSync(path, 'utf8') !== text;
  });
  const what = 'differs from what it is made of: write it anew with npm run generate -w @daybook/infra';
  return { looked: `${files.length} files`, problems: old.map(({ file }) => ({ where: file, what })) };
}
