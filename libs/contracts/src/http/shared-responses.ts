import type { OpenApiDocument, Operation } from './openapi.ts';

type Json = Readonly<Record<string, unknown>>;
type Paths = OpenApiDocument['paths'];

/** A response that several operations have stands once, as `Problem409` or `Answer200`, with a number where there are others. */
export function withSharedResponses(paths: Paths): {
  readonly paths: Paths;
  readonly responses: Readonly<Record<string, Json>>;
} {
  const all = Object.values(paths).flatMap((methods) => Object.values(methods));
  const uses = new Map<string, number>();
  for (const { responses } of all) {
    for (const response of Object.values(responses)) {
      const text = JSON.stringify(response);
      uses.set(text, (uses.get(text) ?? 0) + 1);
    }
  }
  const shared: Record<string, Json> = {};
  const names = new Map<string, string>();
  const nameOf = (status: string, text: string, response: Json): string => {
    const known = names.get(text);
    if (known !== undefined) return known;
    const stem = `${Number(status) < 400 ? 'Answer' : 'Problem'}${status}`;
    const others = Object.keys(shared).filter((name) => name.split('_')[0] === stem).length;
    const name = others === 0 ? stem : `${stem}_${others + 1}`;
    names.set(text, name);
    shared[name] = response;
    return name;
  };
  const sharing = (operation: Operation): Operation => ({
    ...operation,
    responses: Object.fromEntries(
      Object.entries(operation.responses).map(([status, response]) => {
        const text = JSON.stringify(response);
        if ((uses.get(text) ?? 0) < 2) return [status, response];
        return [status, { $ref: `#/components/responses/${nameOf(status, text, response)}` }];
      }),
    ),
  });
  const mapped = Object.entries(paths).map(([path, methods]): [string, Readonly<Record<string, Operation>>] => [
    path,
    Object.fromEntries(Object.entries(methods).map(([method, operation]) => [method, sharing(operation)])),
  ]);
  return { paths: Object.fromEntries(mapped), responses: shared };
}
