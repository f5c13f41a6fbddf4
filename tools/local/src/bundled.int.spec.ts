import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bundled } from './bundled.ts';

describe('programs as bundles', () => {
  let root: string;
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'daybook-bundled-')));
    write('node_modules/.package-lock.json', '{}');
    write('node_modules/old-style/index.js', "exports.separator = require('path').join(__dirname, '..').slice(0, 1);");
    write('libs/greeting.ts', "export const greeting: string = 'hello';");
    write('apps/one/main.ts', "import { greeting } from '../../libs/greeting.ts'; console.log(`one ${greeting}`);");
    write('apps/two/main.ts', "import { separator } from 'old-style'; console.log(`two ${separator}`);");
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
    // Long enough ago to be no change of this very moment.
    utimesSync(join(root, path), new Date('2026-01-01'), new Date('2026-01-01'));
  };
  const scripts = (): string[] => ['one', 'two'].map((app) => join(root, `apps/${app}/main.ts`));
  const bundles = async (): Promise<string[]> => scripts().map(await bundled(root, scripts()));
  const run = (file: string | undefined): string =>
    execFileSync(process.execPath, ['--enable-source-maps', file ?? ''], { encoding: 'utf8', stdio: 'pipe' }).trim();

  it('do what the programs do', async () => {
    expect((await bundles()).map(run)).toEqual(['one hello', 'two /']);
  });

  it('are made once, also where several begin at the same time', async () => {
    const [first, second] = await Promise.all([bundles(), bundles()]);
    const made = readdirSync(join(root, 'node_modules/.cache/daybook')).toSorted();
    expect(second).toEqual(first);
    expect(await bundles()).toEqual(first);
    expect(readdirSync(join(root, 'node_modules/.cache/daybook')).toSorted()).toEqual(made);
  });

  it.each([
    ['a source', 'libs/greeting.ts', "export const greeting: string = 'good morning';", 'one good morning'],
    [
      'the packages',
      'node_modules/.package-lock.json',
      JSON.stringify({ packages: { 'old-style': '2.0.0' } }),
      'one hello',
    ],
  ])('are made again when %s changed; those that run keep theirs', async (_, path, content, said) => {
    const [before] = await bundles();
    write('node_modules/old-style/index.js', "exports.separator = 'new';");
    write(path, content);
    expect((await bundles()).map(run)).toEqual([said, 'two new']);
    expect(run(before)).toBe('one hello');
  });

  it('are made again when a source changed while they were made', async () => {
    utimesSync(join(root, 'libs/greeting.ts'), new Date(Date.now() + 60_000), new Date(Date.now() + 60_000));
    await bundles();
    write('libs/greeting.ts', "export const greeting: string = 'howdy';");
    expect(run((await bundles())[0])).toBe('one howdy');
  });

  it('have traces that lead to the sources', async () => {
    write('apps/one/main.ts', "\n\nthrow new Error('on purpose');");
    const [one] = await bundles();
    expect(() => run(one)).toThrow(/apps\/one\/main\.ts:3/);
  });

  it('cannot be made of what is not TypeScript: the error has file and line', async () => {
    write('apps/one/main.ts', '\nconst one = ;');
    await expect(bundles()).rejects.toMatchObject({
      code: 'start-failed',
      message: expect.stringMatching(/apps\/one\/main\.ts:2/) as string,
    });
  });
});
