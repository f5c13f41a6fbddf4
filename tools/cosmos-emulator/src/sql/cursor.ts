import { badRequest } from '../protocol/refusal.ts';
import type { Refusal } from '../protocol/refusal.ts';
import type { Token } from './lexer.ts';

/** A place in the tokens of a query. */
export interface Cursor {
  peek(): Token;
  next(): Token;
  /** Whether the next token is this keyword (any case) or symbol. */
  at(text: string): boolean;
  /** Takes it if so. */
  take(text: string): boolean;
  expect(text: string): void;
  name(): string;
  error(message: string): Refusal;
}

/** Words that cannot name an alias. */
const reserved: ReadonlySet<string> = new Set(
  'SELECT TOP VALUE FROM WHERE ORDER BY GROUP AND OR NOT IN BETWEEN LIKE AS ASC DESC OFFSET LIMIT JOIN EXISTS DISTINCT'.split(
    ' ',
  ),
);

export const createCursor = (tokens: readonly Token[]): Cursor => {
  let index = 0;
  const end: Token = { kind: 'end', text: '', at: 0 };
  const peek = (): Token => tokens[index] ?? tokens.at(-1) ?? end;
  const next = (): Token => {
    const token = peek();
    index += 1;
    return token;
  };
  const error = (message: string): Refusal => badRequest(`Syntax error at ${peek().at}: ${message}`);
  const at = (text: string): boolean => {
    const token = peek();
    if (token.kind === 'name') return token.text.toUpperCase() === text;
    return token.kind === 'symbol' && token.text === text;
  };
  const take = (text: string): boolean => {
    if (!at(text)) return false;
    index += 1;
    return true;
  };
  return {
    peek,
    next,
    at,
    take,
    expect: (text) => {
      if (!take(text))
        throw error(
          `expected ${text} but found ${JSON.stringify(peek().text)}. This emulator supports a subset of SQL; see its README.`,
        );
    },
    name: () => {
      const token = peek();
      if (token.kind !== 'name' || reserved.has(token.text.toUpperCase())) {
        throw error(`expected a name but found ${JSON.stringify(token.text)}`);
      }
      index += 1;
      return token.text;
    },
    error,
  };
};
