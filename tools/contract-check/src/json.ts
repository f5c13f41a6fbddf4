/** An object of JSON. */
export type Json = Readonly<Record<string, unknown>>;

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The member of an object, as an object; empty where there is none. */
export const objectIn = (value: unknown, key: string): Json => {
  const member = isJson(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return isJson(member) ? member : {};
};

/** The same text for the same JSON, whatever the order of its members. */
export function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, member: unknown) =>
      isJson(member)
        ? Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0)))
        : member,
    ) ?? 'undefined'
  );
}

const known = new WeakMap<object, unknown>();

/**
 * A document with all that it refers to in itself put where it is referred to. References to other documents stay as they are. A document
 * is not expected to change.
 *
 * @throws Error for a reference that leads nowhere, or back to itself
 */
export function dereferenced<D extends object>(document: D): D {
  const before = known.get(document);
  if (before !== undefined) return before as D;
  const targets = new Map<string, unknown>();
  const target = (ref: string, within: readonly string[]): unknown => {
    if (targets.has(ref)) return targets.get(ref);
    if (within.includes(ref)) throw new Error(`${ref} refers to itself: recursive schemas cannot be compared`);
    const keys = ref.slice(2).split('/');
    const found = keys.reduce<unknown>((part, key) => (isJson(part) ? part[key] : undefined), document);
    if (found === undefined) throw new Error(`${ref} leads nowhere`);
    const resolved = resolve(found, [...within, ref]);
    targets.set(ref, resolved);
    return resolved;
  };
  const resolve = (value: unknown, within: readonly string[]): unknown => {
    if (Array.isArray(value)) return value.map((member) => resolve(member, within));
    if (!isJson(value)) return value;
    const ref = value['$ref'];
    if (typeof ref === 'string' && ref.startsWith('#/')) return target(ref, within);
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, resolve(member, within)]));
  };
  const whole = resolve(document, []) as D;
  known.set(document, whole);
  return whole;
}
