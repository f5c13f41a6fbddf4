import { createHash } from 'node:crypto';
import type { Scanned } from '../build.ts';

/** What of a document must be the same in both builds. */
export type Comparable = (document: Readonly<Record<string, unknown>>) => unknown;

/** A document in which two builds differ. */
export interface Difference {
  readonly key: string;
  readonly kind: 'missing' | 'surplus' | 'different' | 'behind';
  /** Fields at the first level that differ; for `different` only. */
  readonly fields?: readonly string[];
  /** The comparable part in both, as JSON, cut at 500 characters. */
  readonly serving?: string;
  readonly candidate?: string;
}

const sampleCharsMax = 500;

/** How the documents of one key differ; `undefined` where they do not. */
export function differenceOf(
  key: string,
  one: Scanned | undefined,
  other: Scanned | undefined,
  comparable: Comparable,
): Difference | undefined {
  if (one === undefined) return { key, kind: 'surplus' };
  if (other === undefined) return { key, kind: 'missing' };
  if (one.streamVersion !== other.streamVersion) return { key, kind: 'behind' };
  const [before, after] = [comparable(one.document), comparable(other.document)];
  const [serving, candidate] = [canonical(before), canonical(after)];
  if (serving === candidate) return undefined;
  const cut = (text: string): string => text.slice(0, sampleCharsMax);
  return { key, kind: 'different', fields: fieldsOf(before, after), serving: cut(serving), candidate: cut(candidate) };
}

function fieldsOf(one: unknown, other: unknown): readonly string[] {
  const [left, right] = [one, other].map((value) =>
    typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {},
  ) as [Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>];
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])];
  return names.filter((name) => canonical(left[name]) !== canonical(right[name])).sort();
}

/** JSON with the fields of every object in order; absent and `undefined` are the same. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value).filter(([, inner]) => inner !== undefined);
  const sorted = fields.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join(',')}}`;
}

/** Counts and checksums: sums of the documents' hashes, so that their order does not matter. */
export function createTally() {
  const counts = { serving: 0, candidate: 0 };
  const sums = { serving: 0n, candidate: 0n };
  const hashOf = (key: string, scanned: Scanned, comparable: Comparable): bigint => {
    const text = canonical([key, scanned.streamVersion ?? null, comparable(scanned.document)]);
    return createHash('sha256').update(text).digest().readBigUInt64BE();
  };
  return {
    add(key: string, one: Scanned | undefined, other: Scanned | undefined, comparable: Comparable): void {
      for (const [side, scanned] of [
        ['serving', one],
        ['candidate', other],
      ] as const) {
        if (scanned === undefined) continue;
        counts[side] += 1;
        sums[side] = BigInt.asUintN(64, sums[side] + hashOf(key, scanned, comparable));
      }
    },
    result: () => ({
      counts,
      checksums: {
        serving: sums.serving.toString(16).padStart(16, '0'),
        candidate: sums.candidate.toString(16).padStart(16, '0'),
      },
    }),
  };
}
