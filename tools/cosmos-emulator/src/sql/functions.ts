import { isObject } from '../protocol/message.ts';
import type { Json } from '../protocol/message.ts';
import type { Value } from './compare.ts';
import { equalValues } from './compare.ts';

/** A scalar function. It gets undefined for what is not there, and returns undefined for what has no result. */
interface SqlFunction {
  readonly min: number;
  readonly max: number;
  readonly apply: (...values: readonly Value[]) => Value;
}

const test = (apply: (value: Value) => boolean): SqlFunction => ({ min: 1, max: 1, apply });

/** A function of strings with an optional third argument: whether to ignore case. */
const search = (apply: (text: string, part: string) => boolean): SqlFunction => ({
  min: 2,
  max: 3,
  apply: (text, part, ignoreCase) => {
    if (typeof text !== 'string' || typeof part !== 'string') return undefined;
    return ignoreCase === true ? apply(text.toLowerCase(), part.toLowerCase()) : apply(text, part);
  },
});

const ofString = (apply: (text: string) => Json): SqlFunction => ({
  min: 1,
  max: 1,
  apply: (text) => (typeof text === 'string' ? apply(text) : undefined),
});

const ofNumber = (apply: (value: number) => number): SqlFunction => ({
  min: 1,
  max: 1,
  apply: (value) => (typeof value === 'number' ? apply(value) : undefined),
});

const containsPart = (element: Json, part: Json): boolean =>
  isObject(element) && isObject(part)
    ? Object.entries(part).every(([name, value]) => Object.hasOwn(element, name) && equalValues(element[name], value))
    : equalValues(element, part);

/** The functions of this dialect, by upper-case name. */
export const functions: Readonly<Record<string, SqlFunction>> = {
  IS_DEFINED: test((value) => value !== undefined),
  IS_NULL: test((value) => value === null),
  IS_BOOL: test((value) => typeof value === 'boolean'),
  IS_NUMBER: test((value) => typeof value === 'number'),
  IS_STRING: test((value) => typeof value === 'string'),
  IS_ARRAY: test((value) => Array.isArray(value)),
  IS_OBJECT: test((value) => isObject(value)),
  STARTSWITH: search((text, part) => text.startsWith(part)),
  ENDSWITH: search((text, part) => text.endsWith(part)),
  CONTAINS: search((text, part) => text.includes(part)),
  LOWER: ofString((text) => text.toLowerCase()),
  UPPER: ofString((text) => text.toUpperCase()),
  LENGTH: ofString((text) => text.length),
  ABS: ofNumber(Math.abs),
  FLOOR: ofNumber(Math.floor),
  CEILING: ofNumber(Math.ceil),
  CONCAT: {
    min: 2,
    max: 20,
    apply: (...values) => (values.every((value) => typeof value === 'string') ? values.join('') : undefined),
  },
  ARRAY_LENGTH: { min: 1, max: 1, apply: (value) => (Array.isArray(value) ? value.length : undefined) },
  ARRAY_CONTAINS: {
    min: 2,
    max: 3,
    apply: (array, wanted, partial) => {
      if (!Array.isArray(array) || wanted === undefined) return undefined;
      return array.some((element: Json) =>
        partial === true ? containsPart(element, wanted) : equalValues(element, wanted),
      );
    },
  },
};
