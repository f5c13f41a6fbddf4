import { parseIntentKey } from '@daybook/contracts';
import type { Answer, SagaDefinition } from '../definition/definition.ts';
import { SagaDefinitionError, UnknownSagaVersion } from '../definition/errors.ts';
import { sagaIdOf } from '../decide/decide.ts';
import type { SagaState } from '../decide/state.ts';

/** Every definition that may be needed, found by type, version and what concerns it. */
export interface SagaRegistry {
  /** The definition that a saga is bound to; for one that has not begun the newest of its type. @throws UnknownSagaVersion */
  definitionFor(sagaId: string, state: SagaState): SagaDefinition;
  /** Ids of the sagas that a message concerns. None: it is nobody's. @throws SagaInputError */
  concernedBy(message: { readonly commandKey: string; readonly answer: Answer }): readonly string[];
}

/** @throws SagaDefinitionError where one version of a saga is defined twice. */
export function createSagaRegistry(definitions: readonly SagaDefinition[]): SagaRegistry {
  const byVersion = new Map<string, SagaDefinition>();
  const newest = new Map<string, SagaDefinition>();
  for (const definition of definitions) {
    const { type, version } = definition;
    const key = `${type}@${version}`;
    if (byVersion.has(key)) throw new SagaDefinitionError(type, undefined, `version ${version} is defined twice`);
    byVersion.set(key, definition);
    if (version > (newest.get(type)?.version ?? 0)) newest.set(type, definition);
  }

  return {
    definitionFor(sagaId, state) {
      const type = typeOf(sagaId);
      const found =
        state.status === 'none' ? newest.get(type) : byVersion.get(`${state.sagaType}@${state.definitionVersion}`);
      if (found !== undefined) return found;
      throw new UnknownSagaVersion(sagaId, state.status === 'none' ? undefined : state.definitionVersion);
    },
    concernedBy({ commandKey, answer }) {
      const intent = parseIntentKey(commandKey);
      if (intent !== undefined && newest.has(typeOf(intent.sagaId))) return [intent.sagaId];
      return [...newest.values()]
        .filter((definition) => signalsOf(definition).includes(answer.type))
        .map((definition) => sagaIdOf(definition, answer.data));
    },
  };
}

function typeOf(sagaId: string): string {
  return sagaId.slice(0, Math.max(0, sagaId.indexOf(':')));
}

function signalsOf({ start, cancelledBy, stages }: SagaDefinition): readonly string[] {
  const awaited = stages.flat().flatMap((step) => (step.kind === 'pivot' ? [step.awaits] : []));
  return [start.event, ...cancelledBy, ...awaited];
}
