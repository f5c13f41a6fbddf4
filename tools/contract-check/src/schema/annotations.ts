import { isJson } from '../json.ts';

/** What a keyword says at every place of a schema, by paths as those of escapes are (`lines[].quantity`); undefined where it says nothing. */
export function annotationsIn(schema: unknown, keyword: string): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  const visit = (part: unknown, path: string): void => {
    if (!isJson(part)) return;
    // Alternatives are at the same place.
    if (found.get(path) === undefined) found.set(path, part[keyword]);
    const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
    const properties = isJson(part['properties']) ? part['properties'] : {};
    for (const [name, member] of Object.entries(properties)) visit(member, at(name));
    visit(part['items'], `${path}[]`);
    visit(part['additionalProperties'], at('*'));
    for (const members of [part['anyOf'], part['allOf']]) {
      if (Array.isArray(members)) for (const member of members) visit(member, path);
    }
  };
  visit(schema, '');
  return found;
}
