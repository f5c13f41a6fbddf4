import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateCommand, generatedFiles } from './documents.ts';

const folder = join(import.meta.dirname, '../../generated');

it.each(generatedFiles().map(({ path, text }) => [path, text]))('%s is what the contracts say', (path, text) => {
  const committed = readFileSync(join(folder, path), 'utf8');
  if (committed !== text) throw new Error(`generated/${path} is old: ${generateCommand}`);
});

it('no document is left over', () => {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.map(({ parentPath, name }) => join(parentPath, name)).toSorted()).toEqual(
    generatedFiles()
      .map(({ path }) => join(folder, path))
      .toSorted(),
  );
});
