export {
  type AnswerOptions,
  type OperatorOptions,
  type RecordedStep,
  replayHistory,
  type SagaScenario,
  sagaScenario,
} from './testing/scenario.ts';
