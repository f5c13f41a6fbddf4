/** What expressions of a workflow can name: `vars.REGISTRY`, `needs.image.outputs.digest`. */
export interface Context {
  readonly [name: string]: unknown;
}

/**
 * A text of a workflow with its `${{ … }}` replaced. Only names are understood, which is all that the pipeline uses.
 *
 * @throws Error naming what is not understood
 */
export const resolve = (text: string, context: Context): string =>
  String(text).replace(/\$\{\{\s*(.*?)\s*\}\}/g, (_all, expression: string) => String(valueOf(expression, context)));

/** The services that `${{ fromJSON(needs.affected.outputs.services) }}` names. @throws Error */
export function resolveList(text: string, context: Context): readonly string[] {
  const [, expression] = /^\$\{\{\s*fromJSON\((.*)\)\s*\}\}$/.exec(text) ?? [];
  if (expression === undefined) throw new Error(`${text}: only fromJSON(…) makes a matrix here`);
  return JSON.parse(String(valueOf(expression, context))) as readonly string[];
}

function valueOf(expression: string, context: Context): unknown {
  if (!/^[\w-]+(\.[\w-]+)+$/.test(expression)) throw new Error(`\${{ ${expression} }}: only names are understood here`);
  let value: unknown = context;
  for (const name of expression.split('.')) {
    value = typeof value === 'object' && value !== null ? (value as Context)[name] : undefined;
    if (value === undefined) throw new Error(`\${{ ${expression} }}: there is no ${name}`);
  }
  return value;
}
