import { isUnknownSagaVersion, type SagaDefinition, type SagaRegistry, type SagaState } from '@daybook/saga';
import { Problem, validate } from '@daybook/service-kit';
import type { Request } from 'express';
import { z } from 'zod';

const sagaId = z
  .string()
  .regex(
    /^[A-Z][A-Za-z]*:[A-Za-z0-9][A-Za-z0-9._-]{0,90}$/,
    'must be <type>:<key>, for example FulfilOrder:inv-536365',
  );

/** @throws Problem 400 */
export function sagaIdOf(request: Request): string {
  return validate(sagaId, request.params['sagaId'], 'sagaId');
}

export function unknownSaga(id: string): Problem {
  return new Problem(404, 'saga-unknown', `There is no saga ${id}.`);
}

/** The definition that the saga is bound to; `undefined` where only newer, or older, code has it. */
export function definitionOf(registry: SagaRegistry, id: string, state: SagaState): SagaDefinition | undefined {
  try {
    return registry.definitionFor(id, state);
  } catch (error) {
    if (isUnknownSagaVersion(error)) return undefined;
    throw error;
  }
}
