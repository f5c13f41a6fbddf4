// node tools/local/run.mjs SCRIPT …ARGS: runs one of the repository's TypeScript programs (a path from its root) on Node.js 24.
import { bootstrap, runOnNode24 } from './bootstrap.mjs';

const [script, ...args] = process.argv.slice(2);
if (!script) {
  console.error('usage: node tools/local/run.mjs SCRIPT …ARGS');
  process.exit(2);
}
await bootstrap();
await runOnNode24(script, args);
