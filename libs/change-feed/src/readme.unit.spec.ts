import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ports from '@daybook/ports';
import * as changeFeed from './index.ts';

it('the example of the README works as it stands, in 15 lines', async () => {
  const readme = readFileSync(join(__dirname, '../README.md'), 'utf8');
  const example = /```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  const imports = /^import \{ (.*) \} from '(.*)';\n/gm;
  expect(example.trim().split('\n')).toHaveLength(15);
  const modules: Readonly<Record<string, object>> = { '@daybook/change-feed': changeFeed, '@daybook/ports': ports };
  const said: unknown[] = [];
  const script = example.replaceAll(imports, (_all, names, from) => `const { ${names} } = modules['${from}'];\n`);
  const run = new Function('modules', 'console', `return (async () => { ${script} })();`);
  await run(modules, { log: (...values: unknown[]) => said.push(values) });
  expect(said).toEqual([['o1', 1, false]]);
});
