import type { Json } from '../protocol/message.ts';
import { isObject } from '../protocol/message.ts';

/** A value of an expression; `undefined` is Cosmos' undefined. */
export type Value = Json | undefined;

const surrogates = 0xd800;

/** Orders strings by code point, as UTF-8 bytes (and so SQLite) do. */
export const compareStrings = (left: string, right: string): number => {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at += 1) {
    const a = left.charCodeAt(at);
    const b = right.charCodeAt(at);
    if (a === b) continue;
    // Surrogates stand for code points above all others.
    if (a >= surrogates && b >= surrogates) {
      const high = (unit: number): number => (unit >= 0xe000 ? unit - 0x800 : unit + 0x2000);
      return high(a) - high(b);
    }
    return a - b;
  }
  return left.length - right.length;
};

/** The place of a type in the order undefined < null < boolean < number < string < array < object. */
export const typeRank = (value: Value): number => {
  if (value === undefined) return 0;
  if (value === null) return 1;
  if (typeof value === 'boolean') return 2;
  if (typeof value === 'number') return 3;
  if (typeof value === 'string') return 4;
  return Array.isArray(value) ? 5 : 6;
};

/** A total order over all values: by type, then by value. */
export const compareValues = (left: Value, right: Value): number => {
  const ranks = typeRank(left) - typeRank(right);
  if (ranks !== 0) return ranks;
  if (typeof left === 'string' && typeof right === 'string') return compareStrings(left, right);
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  if (typeof left === 'object' && left !== null) return compareStrings(JSON.stringify(left), JSON.stringify(right));
  return 0;
};

/** Deep equality; values of different types are different. */
export const equalValues = (left: Value, right: Value): boolean => {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((value: Json, at) => equalValues(value, right[at] as Value));
  }
  if (!isObject(left) || !isObject(right)) return false;
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && equalValues(left[name], right[name]))
  );
};
