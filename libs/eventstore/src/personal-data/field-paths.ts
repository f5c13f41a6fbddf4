import { isRecord, isSealed, type SealedValue } from './sealed-value.ts';

type Data = { readonly [field: string]: unknown };

/** The value at a path with dots (`payment.token`); `undefined` where there is none. */
export function valueAt(data: Data, path: string): unknown {
  let value: unknown = data;
  for (const name of path.split('.')) value = isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return value;
}

/** The data with another value at the path, which is there. What it does not touch is shared with the original. */
export function withValueAt(data: Data, path: string, value: unknown): Data {
  const [name = '', ...rest] = path.split('.');
  return { ...data, [name]: rest.length === 0 ? value : withValueAt(data[name] as Data, rest.join('.'), value) };
}

/**
 * Every sealed value in the data with its path, wherever an older version of the schema had it. Arrays are not looked through: a whole
 * array may be personal, its elements may not.
 */
export function sealedIn(data: unknown, prefix = ''): { readonly path: string; readonly sealed: SealedValue }[] {
  if (isSealed(data)) return [{ path: prefix, sealed: data }];
  if (!isRecord(data)) return [];
  return Object.entries(data).flatMap(([name, value]) => sealedIn(value, prefix === '' ? name : `${prefix}.${name}`));
}
