import { serviceEvents } from '../wire/catalogues.ts';
import type { EventType } from './event-type.ts';

/** An event as it was once published. It is never changed: stored events do not change either. */
export interface Fixture {
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: Readonly<Record<string, unknown>>;
}

const catalogue: Readonly<Record<string, EventType>> = Object.assign({}, ...Object.values(serviceEvents));

/** Name of the file that holds the fixture of one version of an event. */
export const fixtureName = (type: string, version: number): string => `${type}.v${version}.json`;

/** Its data as they are read today: brought up to date, and accepted by the schema without a change. @throws Error saying why not */
export function decodeFixture({ type, schemaVersion, data }: Fixture): Readonly<Record<string, unknown>> {
  const definition = catalogue[type];
  if (definition === undefined) throw new Error(`${type} is no event type any more: its events are still stored`);
  const { version: current, schema, upcasters } = definition;
  if (schemaVersion > current) throw new Error(`${type} has no version ${schemaVersion} any more: it is still stored`);
  let upToDate = { ...data };
  for (let version = schemaVersion; version < current; version += 1) {
    const step = upcasters?.[version];
    if (step === undefined) throw new Error(`${type} has no way from version ${version} to the next`);
    upToDate = step(upToDate);
  }
  const parsed = schema.safeParse(upToDate);
  if (parsed.success) return upToDate;
  const { path, message } = parsed.error.issues[0] ?? { path: [], message: 'is not valid' };
  throw new Error(`${type} of version ${schemaVersion} is not read today: ${['data', ...path].join('.')}: ${message}`);
}

/** Versions of events that have no fixture, as names of files. */
export function missingFixtures(files: readonly string[]): readonly string[] {
  const expected = Object.entries(catalogue).flatMap(([type, { version }]) =>
    Array.from({ length: version }, (_, index) => fixtureName(type, index + 1)),
  );
  return expected.filter((name) => !files.includes(name));
}
