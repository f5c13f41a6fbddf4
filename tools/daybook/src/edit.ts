import { dirname } from 'node:path/posix';
import type { Tree } from '@nx/devkit';
import { refuse } from './refused.ts';

/** Changes the text of a file that has to be there. @throws GenerationRefused */
export function edit(tree: Tree, file: string, change: (text: string) => string): void {
  tree.write(file, change(textOf(tree, file)));
}

/** @throws GenerationRefused where there is no such file */
export function textOf(tree: Tree, file: string): string {
  return tree.read(file, 'utf8') ?? refuse(`${file} is missing: it has to be changed. ${remedy}`);
}

/**
 * The text with the place that a pattern finds replaced.
 *
 * @param what what the place looks like, in words, for who has to put it right
 * @throws GenerationRefused naming file and place where it is not found exactly once
 */
export function replaceOne(
  text: string,
  file: string,
  what: string,
  pattern: RegExp,
  by: (...found: string[]) => string,
): string {
  const count = [...text.matchAll(new RegExp(pattern, `${pattern.flags.replace('g', '')}g`))].length;
  if (count === 1) return text.replace(pattern, (...found: string[]) => by(...found));
  return refuse(`${file}: expected ${what} once, and found it ${count} times. ${remedy}`);
}

/** The text with a piece before the place that a pattern finds, or at its end: documents are everybody's own. */
export function insertBefore(text: string, pattern: RegExp, piece: string): string {
  const at = pattern.exec(text)?.index ?? text.length;
  return text.slice(0, at) + piece + text.slice(at);
}

/** A list with commas between its items, with one more. */
export const withItem = (list: string, item: string): string =>
  [...list.split(','), item]
    .map((each) => each.trim())
    .filter((each) => each !== '')
    .join(', ');

interface Statement {
  readonly keyword: 'import' | 'export';
  /** With `type ` where they are types. */
  readonly names: readonly string[];
  readonly from: string;
}

/**
 * The text with `import { names } from 'from'`, or the like for `export`: merged with the statement that is there; else imports in the order of
 * what they are from, exports beside those of the same folder.
 */
export function withNames(text: string, { keyword, names, from }: Statement): string {
  const statements = [...text.matchAll(new RegExp(`^${keyword} (?:type )?\\{([^}]*)\\} from '([^']*)';\\n`, 'gm'))].map(
    ({ index, 0: { length }, 1: named = '', 2: source = '' }) => ({ start: index, end: index + length, named, source }),
  );
  const write = (all: readonly string[]): string => `${keyword} { ${sorted(all).join(', ')} } from '${from}';\n`;
  const put = (start: number, end: number, statement: string): string =>
    text.slice(0, start) + statement + text.slice(end);

  const same = statements.find(({ source, start }) => source === from && !text.startsWith(`${keyword} type`, start));
  if (same !== undefined) {
    const before = same.named.split(',').map((name) => name.trim());
    return put(same.start, same.end, write([...new Set([...before, ...names])].filter((name) => name !== '')));
  }
  const beside =
    keyword === 'import'
      ? statements.findLast(({ source }) => isBefore(source, from))
      : (statements.findLast(({ source }) => dirname(source) === dirname(from)) ?? statements.at(-1));
  const at = beside?.end ?? 0;
  return put(at, at, write(names));
}

/** Packages come before files. */
function isBefore(one: string, other: string): boolean {
  const [near, far] = [one.startsWith('.'), other.startsWith('.')];
  return near === far ? one <= other : far;
}

const bare = (name: string): string => name.replace(/^type /, '').toLowerCase();
const sorted = (names: readonly string[]): string[] => [...names].sort((a, b) => (bare(a) < bare(b) ? -1 : 1));

const remedy = 'Bring it back to that form, generate, and change it again; or add by hand what the others have.';
