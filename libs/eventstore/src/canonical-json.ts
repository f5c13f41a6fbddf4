/**
 * The canonical form of a JSON value (RFC 8785): no white space, members sorted by their names' UTF-16 code units, numbers and
 * strings as `JSON.stringify` writes them. Two documents with the same content have the same canonical form, whatever the order
 * in which a database hands back their fields.
 *
 * Members whose value is `undefined` are left out, as `JSON.stringify` does.
 *
 * @throws TypeError for what is not JSON: bigint, symbol, function, a number that is not finite, an object that is not plain (a Date
 * for example), `undefined` in an array, text with a lone surrogate.
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return canonicalString(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`${value} is not a JSON number`);
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? canonicalArray(value) : canonicalObject(value);
    default:
      throw new TypeError(`a value of type ${typeof value} is not JSON`);
  }
}

function canonicalString(text: string): string {
  if (!text.isWellFormed()) throw new TypeError('text with a lone surrogate is not JSON that can be exchanged');
  return JSON.stringify(text);
}

function canonicalArray(values: readonly unknown[]): string {
  let text = '[';
  for (let index = 0; index < values.length; index += 1) {
    if (index > 0) text += ',';
    text += canonicalJson(values[index]);
  }
  return `${text}]`;
}

function canonicalObject(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  // A plain object of another realm (a test's sandbox, a worker) has another Object.prototype, whose own prototype is null.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw new TypeError('only plain objects are JSON: write dates and other values as strings');
  }
  const fields = value as Readonly<Record<string, unknown>>;
  let text = '';
  // Array.prototype.sort without a comparator compares UTF-16 code units, which is what the RFC asks for.
  for (const name of Object.keys(fields).sort()) {
    const field = fields[name];
    if (field === undefined) continue;
    text += `${text === '' ? '' : ','}${canonicalString(name)}:${canonicalJson(field)}`;
  }
  return `{${text}}`;
}
