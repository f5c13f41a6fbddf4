// npm start
import { bootstrap, runOnNode24 } from './bootstrap.mjs';

await bootstrap();
await runOnNode24('tools/local/src/start/main.ts', process.argv.slice(2));
