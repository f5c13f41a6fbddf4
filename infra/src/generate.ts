// Writes what is made of code: node infra/src/generate.ts (or: npm run generate -w @daybook/infra)
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedFiles } from './generated-files.ts';

for (const { file, text } of generatedFiles()) {
  writeFileSync(join(import.meta.dirname, '..', '..', file), text);
  console.log(`wrote ${file}`);
}
