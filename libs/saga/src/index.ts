export {
  type CompensationCause,
  type IgnoredReason,
  type IssuedCommand,
  type SagaEvent,
  sagaEvents,
  type SagaPhase,
} from './events/saga-events.ts';
export {
  type Answer,
  type CommandStep,
  type PivotStep,
  type Reason,
  type Reply,
  type SagaCommand,
  type SagaContext,
  type SagaDefinition,
  type SagaStep,
} from './definition/definition.ts';
export { exponential, type RetryPolicy } from './definition/retry.ts';
export { type InputOutcome, type SagaRunner } from './runner/saga-runner.ts';
