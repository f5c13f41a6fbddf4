import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { generatedFiles } from '../generated-files.ts';
import { checkGenerated } from './generated.ts';

const root = join(__dirname, '..', '..', '..');

it('what is made of code is as the code makes it', () => {
  expect(checkGenerated(root).problems).toEqual([]);
});

it('a file that was written by hand, or is not there, is found', () => {
  const copy = mkdtempSync(join(tmpdir(), 'daybook-generated-'));
  try {
    for (const { file } of generatedFiles()) cpSync(join(root, file), join(copy, file), { recursive: true });
    const [first, second] = generatedFiles().map(({ file }) => file);
    writeFileSync(join(copy, first ?? ''), readFileSync(join(copy, first ?? ''), 'utf8').replace('daybook', 'diary'));
    rmSync(dirname(join(copy, second ?? '')), { recursive: true });
    const found = checkGenerated(copy).problems.map(({ where }) => where);
    expect(found).toEqual(expect.arrayContaining([first, second]));
    expect(checkGenerated(copy).problems[0]?.what).toContain('npm run generate -w @daybook/infra');
  } finally {
    rmSync(copy, { recursive: true });
  }
});
