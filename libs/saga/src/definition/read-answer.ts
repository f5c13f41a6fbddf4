import type { EventCatalogue } from '@daybook/contracts';
import type { Answer } from './definition.ts';
import { SagaInputError } from './errors.ts';

/** The data of an event in the current version of its schema. @throws SagaInputError */
export function readAnswer(catalogue: EventCatalogue, answer: Answer): unknown {
  const eventType = catalogue[answer.type];
  if (eventType === undefined) throw new SagaInputError(answer.type, 'no such type in the catalogue');
  let data: Record<string, unknown> = answer.data;
  for (let version = answer.schemaVersion ?? eventType.version; version < eventType.version; version += 1) {
    const upcast = eventType.upcasters?.[version];
    if (upcast === undefined) throw new SagaInputError(answer.type, `version ${version} cannot be brought up to date`);
    data = upcast(data);
  }
  const parsed = eventType.schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const first = parsed.error.issues[0];
  throw new SagaInputError(answer.type, `${first?.path.join('.') ?? 'data'}: ${first?.message ?? 'is not valid'}`);
}
