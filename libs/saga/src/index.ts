export {
  type CompensationCause,
  type IgnoredReason,
  type IssuedCommand,
  type OperatorAction,
  type SagaEvent,
  sagaEvents,
  type SagaPhase,
} from './events/saga-events.ts';
export {
  type ActionDefinition,
  type Answer,
  type CommandStep,
  type Migration,
  type PivotStep,
  type ProbePolicy,
  type Reason,
  type Reply,
  type SagaCommand,
  type SagaContext,
  type SagaDefinition,
  type SagaStep,
  type Stake,
} from './definition/definition.ts';
export {
  isSagaDefinitionError,
  isSagaInputError,
  isUnknownSagaVersion,
  SagaDefinitionError,
  SagaInputError,
  UnknownSagaVersion,
} from './definition/errors.ts';
export { exponential, type RetryPolicy } from './definition/retry.ts';
export { saga, type SagaBeginning, type SagaBuilder } from './definition/saga.ts';
export type { ClosingOptions, Reasons, RetriableOptions, StepOptions } from './definition/options.ts';
export { manifestOf, type SagaManifest } from './definition/manifest.ts';
export { toMermaid } from './definition/mermaid.ts';
export { decideSaga, type SagaInput, type SagaMessageInput, type SagaTimerInput } from './decide/decide.ts';
export {
  cancelledByOperator,
  decideOperator,
  forcedByOperator,
  movesMoney,
  type OperatorCommand,
  type OperatorRequest,
  proposalLapsesMs,
  proposalsMax,
} from './decide/operator.ts';
export { type PossibleAction, possibleActions, type Preview, previewOperator } from './decide/preview.ts';
export { atStake, nothingAtStake, type Stakes, sumOf } from './decide/stakes.ts';
export { parseSagaEvent, sagaCodec } from './events/parse.ts';
export { evolveSaga } from './decide/evolve.ts';
export {
  initialSaga,
  isFinished,
  type ItemState,
  type LiveSaga,
  type Proposal,
  type SagaState,
  type StepState,
  type TimerState,
} from './decide/state.ts';
export {
  createSagaRunner,
  type InputOutcome,
  type SagaLog,
  type SagaRunner,
  type SagaRunnerOptions,
} from './runner/saga-runner.ts';
export { createSagaStore, type SagaStore, type SagaStoreCommand } from './runner/saga-store.ts';
export { createSagaRegistry, type SagaRegistry } from './runner/registry.ts';
export { sagaInputHandler } from './runner/input-handler.ts';
export { sagaCommandsRoute } from './runner/commands-route.ts';
export { type TimerDocument, timersModel } from './timers/timer-index.ts';
export { timerProjection } from './timers/timer-projection.ts';
export { createTimerWorker, type TimerWorker, type TimerWorkerOptions } from './timers/timer-worker.ts';
export { projectSagaListItem, type SagaListItem, type SagaStatus } from './read-models/saga-list.ts';
export { type AwaitedItem, describeSaga, type SagaDescription } from './read-models/describe.ts';
