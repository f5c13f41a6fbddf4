import { isRecord } from './sealed-value.ts';

/** A field of an event that is personal data, and whose they are. */
export interface PersonalField {
  /** Where it is in the event's data: `shipTo`, or with dots `delivery.address`. No arrays on the way: mark the whole array. */
  readonly path: string;
  /** Where in the same data the id of its subject is: `customerId`. It stays readable, so it must be an opaque id. */
  readonly subject: string;
}

/**
 * The personal fields by event type, as data: `{ OrderSubmitted: [{ path: 'shipTo', subject: 'customerId' }] }`. The fields of one event
 * may have different subjects. A type that no longer has such fields stays, with `[]`: its older events are still encrypted.
 */
export interface PersonalData {
  readonly [eventType: string]: readonly PersonalField[];
}

const pathPattern = /^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*$/;

/** Fails early where the map cannot work. @throws TypeError */
export function checkPersonalData(personal: PersonalData): void {
  for (const [type, fields] of Object.entries(personal)) {
    for (const { path, subject } of fields) {
      for (const each of [path, subject]) {
        if (!pathPattern.test(each)) throw new TypeError(`personal data of ${type}: "${each}" is not a path`);
      }
      const within = (inner: string, outer: string): boolean => inner === outer || inner.startsWith(`${outer}.`);
      if (within(subject, path)) throw new TypeError(`personal data of ${type}: ${path} holds its own subject`);
      const others = fields.filter((field) => field.path !== path);
      if (others.some((other) => within(path, other.path) || within(subject, other.path))) {
        throw new TypeError(`personal data of ${type}: ${path} or its subject is inside of another personal field`);
      }
    }
  }
}

/** Names of the fields that hold personal data somewhere: what logs and traces leave out. */
export function personalFieldNames(personal: PersonalData): ReadonlySet<string> {
  const paths = Object.values(personal).flatMap((fields) => fields.map(({ path }) => path));
  return new Set(paths.map((path) => path.split('.').at(-1) as string));
}

const depthMax = 12;

/** A copy in which every field of these names reads `[personal]`, at any depth: for logs and traces. Errors stay as they are: serialize them first. */
export function withoutPersonalData(value: unknown, names: ReadonlySet<string>, depth = 0): unknown {
  if (depth > depthMax) return '[too deep]';
  if (Array.isArray(value)) return value.map((each) => withoutPersonalData(each, names, depth + 1));
  if (!isRecord(value) || value instanceof Error) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      names.has(name) ? '[personal]' : withoutPersonalData(each, names, depth + 1),
    ]),
  );
}
