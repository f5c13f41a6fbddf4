import { refuse } from './refused.ts';

/** The forms that the name of an aggregate has in code, paths and texts. */
export interface AggregateNames {
  /** `gift-card`: folders, the category of its streams, codes of problems. */
  readonly aggregate: string;
  /** `gift-cards`: paths of URLs, its read model. */
  readonly plural: string;
  readonly thing: string;
  readonly things: string;
  readonly Thing: string;
  readonly Things: string;
  /** `gift card`, as texts have it. */
  readonly words: string;
  readonly Words: string;
  readonly manyWords: string;
  readonly ManyWords: string;
  /** `a` or `an`. */
  readonly a: string;
  readonly AWords: string;
}

export const serviceNameLengthMax = 20;
export const aggregateNameLengthMax = 30;

const kebabCase = /^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$/;

/**
 * @param what what the name is of, for the error: `a service`
 * @throws GenerationRefused
 */
export function checkName(what: string, name: string, lengthMax: number): void {
  if (kebabCase.test(name) && name.length >= 3 && name.length <= lengthMax) return;
  refuse(
    `"${name}" cannot be the name of ${what}: use 3 to ${lengthMax} small letters, digits and single dashes (kebab-case), each part beginning with a letter, as in gift-card.`,
  );
}

/** @param plural where the usual one would be wrong. @throws GenerationRefused */
export function namesOf(aggregate: string, plural: string = pluralOf(aggregate)): AggregateNames {
  checkName('an aggregate', aggregate, aggregateNameLengthMax);
  checkName('many of an aggregate', plural, aggregateNameLengthMax + 5);
  if (plural === aggregate) refuse(`One and many are both called "${plural}": give --plural another name.`);
  const [thing, things] = [camelCase(aggregate), camelCase(plural)];
  const taken = [thing, things].find((name) => reserved.has(name));
  if (taken !== undefined) refuse(`"${taken}" means something else in the code of a service: choose another name.`);
  const [words, manyWords] = [aggregate.replaceAll('-', ' '), plural.replaceAll('-', ' ')];
  const a = /^[aeiou]/.test(words) ? 'an' : 'a';
  return {
    ...{ aggregate, plural, thing, things, Thing: capital(thing), Things: capital(things) },
    ...{ words, Words: capital(words), manyWords, ManyWords: capital(manyWords) },
    ...{ a, AWords: `${capital(a)} ${words}` },
  };
}

const camelCase = (name: string): string => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** How a member of that name is written: `.shipping`, `['gift-card']`. */
export const memberOf = (name: string): string => (name.includes('-') ? `['${name}']` : `.${name}`);

/** How a key of that name is written in an object: `shipping`, `'gift-card'`. */
export const keyOf = (name: string): string => (name.includes('-') ? `'${name}'` : name);

function pluralOf(name: string): string {
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`;
  return /(s|x|z|ch|sh)$/.test(name) ? `${name}es` : `${name}s`;
}

/** Words of JavaScript, and names that the templates give to other things in the same scopes. */
const reserved = new Set(
  [
    'abstract any arguments async await boolean break case catch class const continue debugger default delete do else enum eval export',
    'extends false finally for function if implements import interface instanceof let new null number object package private protected',
    'public return static string super switch symbol this throw true try type typeof undefined unknown var void while with yield',
    'answer answers audit change changed client close closed codec command commands common data event eventRoute events get headers id ids',
    'key limit note notes noted notOpen on open opened opening page path post process query read reason reading request requests response',
    'router routes run runner runs runtime schema service services shown spec state status store story stream streams text version where',
  ].flatMap((line) => line.split(' ')),
);
