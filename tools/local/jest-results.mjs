// A jest reporter: leaves the counts of a project's run in dist/tests/<project folder>.json of the workspace. The file is an output of
// the Nx target, so it is there after a cache hit, too, and `npm test` can count over all projects.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export default class JestResults {
  onRunComplete(_contexts, results) {
    const file = join(root, 'dist', 'tests', `${relative(root, process.cwd())}.json`);
    mkdirSync(dirname(file), { recursive: true });
    const counts = {
      passed: results.numPassedTests,
      // A file that cannot even be loaded has no failed tests of its own.
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
    };
    writeFileSync(file, `${JSON.stringify(counts)}\n`);
  }
}
