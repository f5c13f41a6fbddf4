import { readFileSync } from 'node:fs';
import { count } from './example.ts';

const readme = readFileSync('README.md', 'utf8');
const example = readFileSync('src/example.ts', 'utf8');

describe('README', () => {
  it('has a counter that runs', async () => {
    const told: string[] = [];
    for (const [by, key] of [
      [4, 'a'],
      [5, 'b'],
      [3, 'c'],
      [4, 'a'],
      [1, 'd'],
    ] as const) {
      const { kind, version } = await count(by, key);
      told.push(`${kind} v${version}`);
    }
    expect(told).toEqual(['appended v1', 'appended v2', 'refused v2', 'duplicate v2', 'appended v3']);
    expect(readme).toContain(told.map((each) => `\`${each}\``).join(', '));
  });

  it('shows that very counter, in 20 lines', () => {
    const shown = /```ts\n([\s\S]*?)```/.exec(readme)?.[1];
    expect(shown?.replace("'@daybook/eventstore'", "'./index.ts'")).toBe(example);
    expect(example.split('\n').filter((line) => line !== '').length).toBeLessThanOrEqual(20);
  });

  it('names for each promise a spec that is there', () => {
    const rows = [...readme.matchAll(/^\| (\d+)\. .*$/gm)];
    expect(rows.map(([, number]) => Number(number))).toEqual(Array.from({ length: 14 }, (_, index) => index + 1));
    for (const [row] of rows) {
      const specs = [...row.matchAll(/\]\(([^)]+)\)/g)].map(([, path]) => path ?? '');
      expect(specs.length).toBeGreaterThan(0);
      for (const path of specs) expect(readFileSync(path, 'utf8')).toMatch(/describe|Behaviour\(|costBudgets\(/);
    }
  });
});
