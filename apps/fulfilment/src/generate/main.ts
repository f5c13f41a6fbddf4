// npm run generate -w @daybook/fulfilment: writes what is made from the definitions of the sagas.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fulfilmentDefinitions, generatedFiles, withDiagrams } from '@daybook/fulfilment-domain';

const root = join(import.meta.dirname, '../../domain');
const definitions = fulfilmentDefinitions();
const readme = { path: 'README.md', text: withDiagrams(readFileSync(join(root, 'README.md'), 'utf8'), definitions) };

for (const { path, text } of [...generatedFiles(definitions), readme]) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
