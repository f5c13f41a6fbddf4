export { type AnswerOptions, type OperatorOptions, type SagaScenario, sagaScenario } from './testing/scenario.ts';
