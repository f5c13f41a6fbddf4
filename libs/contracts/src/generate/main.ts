// npm run generate -w @daybook/contracts: writes what is made from the contracts, and removes what is not made any more.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generatedFiles } from './documents.ts';

const folder = join(import.meta.dirname, '../../generated');

const files = generatedFiles();
rmSync(folder, { recursive: true, force: true });
for (const { path, text } of files) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
