/**
 * For the specs by which consumers keep their expectation files honest: instances that have what is expected and nothing else, and the same
 * with one thing missing. Works on the JSON Schema that such files have: types, properties, items, constants and examples.
 */

type Schema = Readonly<Record<string, unknown>>;

const member = (schema: Schema, keyword: string): Schema => (schema[keyword] ?? {}) as Schema;

/** An instance with every property that is named and no other. A string is its first example, where a consumer needs a certain form. */
export function sampleOf(schema: Schema): unknown {
  const [example] = (schema['examples'] ?? []) as readonly unknown[];
  if (example !== undefined) return example;
  if (schema['const'] !== undefined) return schema['const'];
  switch (schema['type']) {
    case 'object':
      return Object.fromEntries(
        Object.entries(member(schema, 'properties')).map(([name, property]) => [name, sampleOf(property as Schema)]),
      );
    case 'array':
      return [sampleOf(member(schema, 'items'))];
    case 'string':
      return 'x';
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return true;
    default:
      throw new Error(`an expectation must say the type of everything, or give an example: ${JSON.stringify(schema)}`);
  }
}

/** The same, each time without one of the properties that are required, and where: `lines[].sku`. */
export function samplesLackingOne(schema: Schema): readonly { readonly lacking: string; readonly sample: unknown }[] {
  if (schema['examples'] !== undefined) return [];
  if (schema['type'] === 'array') {
    return samplesLackingOne(member(schema, 'items')).map(({ lacking, sample }) => ({
      lacking: `[].${lacking}`,
      sample: [sample],
    }));
  }
  if (schema['type'] !== 'object') return [];
  const whole = sampleOf(schema) as Readonly<Record<string, unknown>>;
  const absent = ((schema['required'] ?? []) as readonly string[]).map((name) => {
    const { [name]: _absent, ...rest } = whole;
    return { lacking: name, sample: rest };
  });
  const inside = Object.entries(member(schema, 'properties')).flatMap(([name, property]) =>
    samplesLackingOne(property as Schema).map(({ lacking, sample }) => ({
      lacking: `${name}${lacking.startsWith('[]') ? '' : '.'}${lacking}`,
      sample: { ...whole, [name]: sample },
    })),
  );
  return [...absent, ...inside];
}
