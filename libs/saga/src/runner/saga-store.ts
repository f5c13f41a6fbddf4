import {
  type AggregateStore,
  collectionsFormat,
  createAggregateStore,
  type EventStore,
  snapshotIntervals,
} from '@daybook/eventstore';
import type { Container } from '@daybook/ports';
import { decideSaga, type SagaInput } from '../decide/decide.ts';
import { decideOperator, type OperatorCommand } from '../decide/operator.ts';
import { evolveSaga } from '../decide/evolve.ts';
import { initialSaga, type SagaState } from '../decide/state.ts';
import type { SagaDefinition } from '../definition/definition.ts';
import { sagaCodec } from '../events/parse.ts';
import type { SagaEvent } from '../events/saga-events.ts';
import { createSagaRegistry } from './registry.ts';

export type SagaStoreCommand =
  | { readonly sagaId: string; readonly input: SagaInput }
  /** Refused like any command of a person: a value, never an exception. */
  | { readonly sagaId: string; readonly operator: OperatorCommand };

/** Sagas as aggregates: `load(sagaStream(sagaId))` gives one as it stands, for reading. */
export type SagaStore = AggregateStore<SagaStoreCommand, SagaEvent, SagaState>;

/** Of the state that `evolveSaga` makes: counted up where the same events make another one. */
const stateVersion = 2;

/** @param options.store over container `sagas`. @throws SagaDefinitionError */
export function createSagaStore(options: {
  readonly store: EventStore;
  readonly definitions: readonly SagaDefinition[];
  /** Where snapshots go: partition key `/id`. Without, a saga that is not in memory is replayed from its first event. */
  readonly snapshots?: Container;
}): SagaStore {
  const registry = createSagaRegistry(options.definitions);
  const { snapshots: container } = options;
  const format = collectionsFormat<SagaState>();
  const snapshots = container && { container, every: snapshotIntervals.normal, stateVersion, format };
  return createAggregateStore<SagaStoreCommand, SagaEvent, SagaState>({
    ...(snapshots && { snapshots }),
    store: options.store,
    codec: sagaCodec,
    category: 'saga',
    decider: {
      initial: initialSaga,
      decide: (command, state) => {
        const definition = registry.definitionFor(command.sagaId, state);
        return 'input' in command
          ? decideSaga(definition, command.input, state)
          : decideOperator(definition, command.operator, state);
      },
      evolve: evolveSaga,
    },
  });
}
