import { badRequest } from '../protocol/refusal.ts';

/** A piece of a query's text. `text` of a string is its value. */
export interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'parameter' | 'symbol' | 'end';
  readonly text: string;
  readonly at: number;
}

const space = /(?:\s+|--[^\n]*)+/y;
const patterns: readonly (readonly [Token['kind'], RegExp])[] = [
  ['number', /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y],
  ['name', /[A-Za-z_][A-Za-z0-9_]*/y],
  ['parameter', /@[A-Za-z_][A-Za-z0-9_]*/y],
  ['string', /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/y],
  ['symbol', /\|\||<=|>=|!=|<>|\?\?|[-+*/%<>=()[\]{},.:?]/y],
];

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

const unquote = (text: string): string =>
  text
    .slice(1, -1)
    .replaceAll(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_match, code: string | undefined, char: string | undefined) =>
      code === undefined ? (escapes[char ?? ''] ?? char ?? '') : String.fromCharCode(Number.parseInt(code, 16)),
    );

const matchAt = (pattern: RegExp, text: string, at: number): string | undefined => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
};

/** Cuts a query into tokens; 400 at what is none. */
export const tokenize = (text: string): readonly Token[] => {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    at += matchAt(space, text, at)?.length ?? 0;
    if (at >= text.length) break;
    const found = patterns
      .map(([kind, pattern]) => ({ kind, match: matchAt(pattern, text, at) }))
      .find(({ match }) => match !== undefined);
    if (found?.match === undefined) {
      throw badRequest(
        `Syntax error at ${at}: ${JSON.stringify(text.slice(at, at + 20))} is not understood by this emulator.`,
      );
    }
    tokens.push({ kind: found.kind, text: found.kind === 'string' ? unquote(found.match) : found.match, at });
    at += found.match.length;
  }
  tokens.push({ kind: 'end', text: '', at });
  return tokens;
};
