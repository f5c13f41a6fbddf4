import type { EventCatalogue } from '@daybook/contracts';
import { UnknownSchemaVersion } from '@daybook/eventstore';
import type { Answer } from './definition.ts';
import { SagaInputError } from './errors.ts';

/** The data of an event in the current version of its schema. @throws SagaInputError; UnknownSchemaVersion for an event of newer code */
export function readAnswer(catalogue: EventCatalogue, answer: Answer): unknown {
  const eventType = catalogue[answer.type];
  if (eventType === undefined) throw new SagaInputError(answer.type, 'no such type in the catalogue');
  const { version: known } = eventType;
  if (answer.schemaVersion !== undefined && answer.schemaVersion > known) {
    throw new UnknownSchemaVersion(answer.type, answer.schemaVersion, `this code knows up to ${known}`);
  }
  let data: Record<string, unknown> = answer.data;
  for (let version = answer.schemaVersion ?? known; version < known; version += 1) {
    const upcast = eventType.upcasters?.[version];
    if (upcast === undefined) throw new SagaInputError(answer.type, `version ${version} cannot be brought up to date`);
    data = upcast(data);
  }
  const parsed = eventType.schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const first = parsed.error.issues[0];
  throw new SagaInputError(answer.type, `${first?.path.join('.') ?? 'data'}: ${first?.message ?? 'is not valid'}`);
}
