export {
  type EmbeddedContainer,
  type EmbeddedCosmos,
  type EmbeddedCosmosOptions,
  embeddedCosmos,
} from './embedded-cosmos.ts';
export { type EmbeddedEventHubs, embeddedEventHubs } from './embedded-event-hubs.ts';
export { type FaultPlan, type FaultPlanOptions, faultPlan } from './fault-plan.ts';
export { type Outcome, type Specification, spec } from './spec.ts';
