import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Jest tests of one or several projects, as tools/local/jest-results.mjs writes them. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Adds up all result files below a folder; a missing folder holds none. */
export function countTests(folder: string): Counts {
  const files = listFiles(folder).filter((file) => file.endsWith('.json'));
  return files
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Counts)
    .reduce(
      (sum, { passed, failed, skipped }) => ({
        passed: sum.passed + passed,
        failed: sum.failed + failed,
        skipped: sum.skipped + skipped,
      }),
      { passed: 0, failed: 0, skipped: 0 },
    );
}

/** The last line. A step that failed without a failed test (lint, say) counts as one failure, so that `0 failed` means all is well. */
export function summary({ passed, failed }: Counts, failedSteps: number): string {
  return `${passed} passed, ${Math.max(failed, failedSteps)} failed`;
}

function listFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch {
    return [];
  }
}
