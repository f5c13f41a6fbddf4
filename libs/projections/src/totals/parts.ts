import { ProjectionError } from '../projection.ts';
import type { Share } from './totals.ts';

/** A part of what a stream adds that is written in one batch: some totals of one partition. */
export interface Part {
  readonly partition: string;
  /** Which of the partition's parts, counted from 0: a batch has room for 100 operations only. */
  readonly index: number;
  /** By the key of the total. */
  readonly shares: ReadonlyMap<string, Share>;
}

/** Before and after together are two batches' worth of totals at most: with the contribution they fit in 100 operations. */
const sharesPerPart = 45;

/** A stream's shares, cut into parts, by `<partition>~<index>`. The same shares give the same parts. @throws ProjectionError `bad-share` */
export function partsOf(projection: string, shares: readonly Share[]): ReadonlyMap<string, Part> {
  const parts = new Map<string, Part>();
  for (const [partition, inPartition] of Map.groupBy(shares, (share) => share.partition)) {
    check(projection, partition, inPartition);
    const sorted = inPartition.toSorted((a, b) => (a.key < b.key ? -1 : 1));
    for (let index = 0; index * sharesPerPart < sorted.length; index += 1) {
      const some = sorted.slice(index * sharesPerPart, (index + 1) * sharesPerPart);
      const part = { partition, index, shares: new Map(some.map((share) => [share.key, share])) };
      parts.set(`${partition}~${index}`, part);
    }
  }
  return parts;
}

/** The parts, as the last of these states leaves them, in which any of the states differs from the one before it. */
export function changedParts(states: readonly ReadonlyMap<string, Part>[]): readonly Part[] {
  const last = states.at(-1) ?? new Map<string, Part>();
  const changed = new Map<string, Part>();
  for (const [place, state] of states.entries()) {
    const before = states[place - 1];
    if (before === undefined) continue;
    for (const [id, part] of [...before, ...state]) {
      if (changed.has(id) || sameShares(before.get(id), state.get(id))) continue;
      const { partition, index } = part;
      changed.set(id, last.get(id) ?? { partition, index, shares: new Map() });
    }
  }
  return [...changed.values()];
}

function sameShares(one: Part | undefined, other: Part | undefined): boolean {
  const text = (part: Part | undefined): string =>
    JSON.stringify([...(part?.shares ?? [])].map(([key, { values }]) => [key, values]));
  return text(one) === text(other);
}

function check(projection: string, partition: string, shares: readonly Share[]): void {
  const bad = (problem: string): ProjectionError =>
    new ProjectionError('bad-share', projection, `${problem}: correct \`contribute\``);
  if (partition === '' || partition.includes('~'))
    throw bad(`partition ${JSON.stringify(partition)} is empty or has a ~`);
  if (new Set(shares.map(({ key }) => key)).size < shares.length) throw bad(`${partition} has two shares of one key`);
  for (const { key, values } of shares) {
    const broken = Object.entries(values).find(([, value]) => !Number.isSafeInteger(value));
    if (broken !== undefined) throw bad(`${broken[0]} of ${partition}~${key} is ${broken[1]}, no whole number`);
  }
}
