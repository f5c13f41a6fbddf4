export { type AnswerOptions, type SagaScenario, sagaScenario } from './testing/scenario.ts';
