import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AsyncApiDocument, Fixture, OpenApiDocument, ServiceName } from '@daybook/contracts/documents';
import { canonical, isJson } from '../json.ts';

/** What a producer promised when it was released last: its documents, and the events that are stored since. */
export interface Released {
  readonly producer: ServiceName;
  readonly version: string;
  readonly openapi: OpenApiDocument;
  readonly asyncapi: AsyncApiDocument;
  /** By name of their file. */
  readonly fixtures: Readonly<Record<string, Fixture>>;
}

/** Where a producer's last release is, below the repository's root. */
export const releasedPath = (producer: ServiceName): string => `libs/contracts/producers/${producer}/released.json`;
/** Where it is told, for people. */
export const changelogPath = (producer: ServiceName): string => `libs/contracts/producers/${producer}/CHANGELOG.md`;

/** Undefined: it was never released. @throws Error for a file that is none of ours */
export function readReleased(root: string, producer: ServiceName): Released | undefined {
  const path = join(root, releasedPath(producer));
  if (!existsSync(path)) return undefined;
  const found = JSON.parse(readFileSync(path, 'utf8')) as Partial<Released>;
  const whole = ['openapi', 'asyncapi', 'fixtures'].every((part) => isJson(found[part as keyof Released]));
  if (found.producer === producer && typeof found.version === 'string' && whole) return found as Released;
  throw new Error(`${releasedPath(producer)} is not what a release writes: take it back from version control`);
}

export function writeReleased(root: string, released: Released): void {
  const path = join(root, releasedPath(released.producer));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${lines(released, 4)}\n`);
}

/** JSON with a line for each member down to some depth: compact, and a difference of two releases still says where it is. */
function lines(value: unknown, depth: number): string {
  if (depth === 0 || !isJson(value) || Object.keys(value).length === 0) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${lines(member, depth - 1)}`);
  return `{\n${members.join(',\n')}\n}`;
}

/** Whether two contracts of a producer are the same, wording included. */
export const isSame = (one: Released, other: Released): boolean => canonical(one) === canonical(other);
