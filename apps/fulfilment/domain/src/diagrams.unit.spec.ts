import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fulfilmentDefinitions } from './definitions.ts';
import { generateCommand, generatedFiles, withDiagrams } from './documents.ts';

const remedy = `run "${generateCommand}" and commit what it writes; a version that may be alive does not change: raise it instead`;
const here = (path: string): string => join(process.cwd(), path);
const textOf = (path: string): string => (existsSync(here(path)) ? readFileSync(here(path), 'utf8') : 'missing');

describe('what is generated from the definitions', () => {
  const definitions = fulfilmentDefinitions();

  it.each(generatedFiles(definitions).map(({ path, text }) => [path, text] as const))(
    '%s is up to date',
    (path, text) => {
      expect({ remedy, path, text: textOf(path) }).toEqual({ remedy, path, text });
    },
  );

  it('is of nothing else', () => {
    const files = readdirSync(here('generated')).map((name) => `generated/${name}`);
    expect(files.sort()).toEqual(
      generatedFiles(definitions)
        .map(({ path }) => path)
        .sort(),
    );
  });

  it('stands in the README', () => {
    const readme = textOf('README.md');
    expect({ remedy, readme }).toEqual({ remedy, readme: withDiagrams(readme, definitions) });
  });
});
