import type { Change } from '../changes/change.ts';

/** `1.4.0` as its numbers. @throws Error for anything else */
export function parseVersion(version: string): readonly [major: number, minor: number, patch: number] {
  const match = /^(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})$/.exec(version);
  if (match === null) throw new Error(`${version} is no version: it must be three numbers, as 1.4.0`);
  return [Number(match[1]), Number(match[2]), Number(match[3])];
}

/** The least version that the changes need. Undefined: none is enough. */
export function neededVersion(released: string, changes: readonly Change[]): string | undefined {
  const [major, minor] = parseVersion(released);
  if (changes.some(({ kind }) => kind === 'forbidden')) return undefined;
  if (changes.some(({ kind }) => kind === 'breaking')) return `${major + 1}.0.0`;
  return changes.length > 0 ? `${major}.${minor + 1}.0` : released;
}

/** Whether a version is the other one or a later one. */
export function isAtLeast(version: string, least: string): boolean {
  const [one, other] = [parseVersion(version), parseVersion(least)];
  for (const [index, number] of one.entries()) {
    if (number !== other[index]) return number > (other[index] ?? 0);
  }
  return true;
}
