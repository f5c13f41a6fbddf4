import { replaceOne, withNames } from './edit.ts';

const add = (text: string, keyword: 'import' | 'export', from: string, ...names: string[]): string =>
  withNames(text, { keyword, names, from });

describe('names that are imported or exported', () => {
  it('join those that come from there already, each once, types as they are', () => {
    const text = "import {\n  type B,\n  c,\n} from './x.ts';\nconst a = 1;\n";
    expect(add(text, 'import', './x.ts', 'a', 'c')).toBe("import { a, type B, c } from './x.ts';\nconst a = 1;\n");
  });

  it('do not join what is imported as types only', () => {
    const text = "import type { A } from './x.ts';\n";
    expect(add(text, 'import', './x.ts', 'b')).toBe(`${text}import { b } from './x.ts';\n`);
  });

  it('are imported in the order of what they come from, packages before files', () => {
    const text = "import { b } from 'b';\nimport { x } from './x.ts';\n";
    expect(add(text, 'import', 'a', 'a')).toBe(`import { a } from 'a';\n${text}`);
    expect(add(text, 'import', 'c', 'c')).toBe(
      "import { b } from 'b';\nimport { c } from 'c';\nimport { x } from './x.ts';\n",
    );
    expect(add(text, 'import', './y.ts', 'y')).toBe(`${text}import { y } from './y.ts';\n`);
  });

  it('are exported beside those of the same folder, or at the end', () => {
    const text = "export { a } from './a/one.ts';\nexport { b } from './b/one.ts';\n";
    const [first, second] = text.split(/(?<=\n)/);
    expect(add(text, 'export', './a/two.ts', 'c')).toBe(`${first}export { c } from './a/two.ts';\n${second}`);
    expect(add(text, 'export', './c/one.ts', 'c')).toBe(`${text}export { c } from './c/one.ts';\n`);
    expect(add('', 'export', './c/one.ts', 'c')).toBe("export { c } from './c/one.ts';\n");
  });
});

describe('a place in a file', () => {
  const replace = (text: string): string =>
    replaceOne(text, 'src/x.ts', 'a list "[…]"', /\[(.*)\]/, (_, list) => `[${list}, $&]`);

  it('is changed where it is there once', () => {
    expect(replace('a [b] c')).toBe('a [b, $&] c');
  });

  it.each([
    ['', 0],
    ['[a]\n[b]', 2],
  ])('is told of where it is not: %j', (text, times) => {
    expect(() => replace(text)).toThrow(`src/x.ts: expected a list "[…]" once, and found it ${times} times.`);
  });
});
