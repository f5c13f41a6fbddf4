import { parseIntentKey } from '@daybook/contracts';
import type { Answer, SagaDefinition } from '../definition/definition.ts';
import { SagaDefinitionError, UnknownSagaVersion } from '../definition/errors.ts';
import { sagaIdOf } from '../decide/decide.ts';
import type { SagaState } from '../decide/state.ts';

/** Every definition that may be needed, found by type, version and what concerns it. */
export interface SagaRegistry {
  /** The definition that a saga is bound to; for one that has not begun the newest of its type. @throws UnknownSagaVersion */
  definitionFor(sagaId: string, state: SagaState): SagaDefinition;
  /** What it knows. */
  readonly versions: readonly { readonly type: string; readonly version: number }[];
  /** Ids of the sagas that a message concerns. None: it is nobody's. @throws SagaInputError */
  concernedBy(message: { readonly commandKey: string; readonly answer: Answer }): readonly string[];
}

/** @throws SagaDefinitionError where one version of a saga is defined twice. */
export function createSagaRegistry(definitions: readonly SagaDefinition[]): SagaRegistry {
  const byVersion = new Map<string, SagaDefinition>();
  const newest = new Map<string, SagaDefinition>();
  // Newest first, so that what a version goes over to is known when it is its turn.
  for (const given of [...definitions].sort((one, other) => other.version - one.version)) {
    const { type, version } = given;
    const key = `${type}@${version}`;
    if (byVersion.has(key)) throw new SagaDefinitionError(type, undefined, `version ${version} is defined twice`);
    const definition = withNext(given, [...byVersion.values()]);
    byVersion.set(key, definition);
    if (version > (newest.get(type)?.version ?? 0)) newest.set(type, definition);
  }

  for (const { type, version, migrations } of byVersion.values()) {
    for (const { from } of migrations) {
      if (byVersion.has(`${type}@${from}`)) continue;
      const message = `migrate: version ${from} is not among the definitions: keep it until none of its sagas is left, then take the migration out`;
      throw new SagaDefinitionError(type, undefined, `version ${version}: ${message}`);
    }
  }

  return {
    versions: [...byVersion.values()].map(({ type, version }) => ({ type, version })),
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
      // A saga of an older version may wait for what the newest one does not know any more.
      const concerned = [...byVersion.values()].filter((definition) => signalsOf(definition).includes(answer.type));
      return [...new Set(concerned.map((definition) => sagaIdOf(definition, answer.data)))];
    },
  };
}

/** The definition with the one that its sagas go over to. */
function withNext(definition: SagaDefinition, newer: readonly SagaDefinition[]): SagaDefinition {
  const { type, version } = definition;
  const targets = newer.filter((other) => other.type === type && other.migrations.some(({ from }) => from === version));
  const [next] = targets;
  if (next === undefined) return definition;
  if (targets.length > 1) {
    const names = targets.map((target) => target.version).join(' and ');
    throw new SagaDefinitionError(type, undefined, `migrate: versions ${names} both take over version ${version}`);
  }
  const at = next.migrations.find(({ from }) => from === version)?.at ?? '';
  const [before, after] = [stepsBefore(definition, at), stepsBefore(next, at)];
  if (before !== undefined && after?.slice(0, before.length).join() === before.join()) return { ...definition, next };
  const [old, its] = [before, after].map((steps) => steps?.join(', ') ?? 'no such step');
  const rule = `migrate: what stands before it in version ${version} must stand first in version ${next.version} too`;
  throw new SagaDefinitionError(type, at, `${rule}; version ${version} has ${old}, version ${next.version} ${its}`);
}

/** `undefined` where there is no such step, or none that begins a stage. */
function stepsBefore({ stages }: SagaDefinition, at: string): readonly string[] | undefined {
  const index = stages.findIndex(([first]) => first?.name === at);
  if (index < 0) return undefined;
  return stages.slice(0, index).map((stage) => stage.map(({ name, kind }) => `${name} (${kind})`).join(' and '));
}

function typeOf(sagaId: string): string {
  return sagaId.slice(0, Math.max(0, sagaId.indexOf(':')));
}

function signalsOf({ start, cancelledBy, stages }: SagaDefinition): readonly string[] {
  const awaited = stages.flat().flatMap((step) => (step.kind === 'pivot' ? [step.awaits] : []));
  return [start.event, ...cancelledBy, ...awaited];
}
