// npm run generate -w @daybook/contracts: writes what is made from the contracts.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openApiFiles } from './openapi-files.ts';

const root = join(import.meta.dirname, '../..');

for (const { path, text } of openApiFiles()) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
