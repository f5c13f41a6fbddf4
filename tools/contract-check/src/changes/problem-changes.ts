import type { Operation } from '@daybook/contracts/documents';
import { isJson, type Json, objectIn } from '../json.ts';
import type { Schema } from '../schema/keywords.ts';
import { type Change, type Place, within } from './change.ts';
import { schemaChanges } from './schema-changes.ts';

/** What an operation may answer where it refuses: clients branch on the code, and go by the status where they do not know it. */
export function problemChanges(was: Operation, is: Operation, place: Place): readonly Change[] {
  const [before, after] = [problemsIn(was), problemsIn(is)];
  const codes = [...new Set([...before.codes.keys(), ...after.codes.keys()])];
  const ofCodes = codes.flatMap((code): readonly Change[] => {
    const at = within(place, `problem ${code}`);
    const [old, now] = [before.codes.get(code), after.codes.get(code)];
    if (old === undefined) return [{ ...at, kind: 'compatible', what: `is new, with status ${now}` }];
    if (old === now) return [];
    const what = now === undefined ? 'is gone' : `has status ${now}, had ${old}`;
    return [{ ...at, kind: 'breaking', what, remedy: 'keep the code and its status: clients branch on them' }];
  });
  const shape =
    before.schema === undefined || after.schema === undefined
      ? []
      : schemaChanges({ old: before.schema, now: after.schema }, 'given', within(place, 'problem'));
  return [...ofCodes, ...shape];
}

interface Problems {
  /** Status by code. */
  readonly codes: ReadonlyMap<string, string>;
  /** Of the problem document itself. */
  readonly schema?: Schema;
}

/** @throws Error where a refusal is not described as this repository's are */
export function problemsIn({ responses }: Operation): Problems {
  const found = Object.entries(responses)
    .filter(([status]) => Number(status) >= 400)
    .map(([status, response]) => ({ status, ...problemIn(response) }));
  const [first] = found;
  return {
    codes: new Map(found.flatMap(({ status, codes }) => codes.map((code): [string, string] => [code, status]))),
    ...(first === undefined ? {} : { schema: first.schema }),
  };
}

function problemIn(response: Json): { readonly schema: Schema; readonly codes: readonly string[] } {
  const schema = objectIn(objectIn(objectIn(response, 'content'), 'application/problem+json'), 'schema');
  const [problem, own]: readonly unknown[] = Array.isArray(schema['allOf']) ? schema['allOf'] : [];
  const codes = objectIn(objectIn(own, 'properties'), 'code')['enum'];
  if (isJson(problem) && Array.isArray(codes)) return { schema: problem, codes: codes as string[] };
  throw new Error('a problem must be allOf the schema Problem and the codes that the operation has');
}
