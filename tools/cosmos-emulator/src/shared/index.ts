export { createCertificate } from './certificate.ts';
export type { Certificate } from './certificate.ts';
export {
  checkDelay,
  FaultPlanInvalidError,
  isFaultPlanInvalid,
  isList,
  isWhole,
  need,
  onlyFields,
} from './fault-fields.ts';
export { listenJson } from './json-server.ts';
export type { AdminListener, JsonAnswer, JsonRoute, JsonRoutes } from './json-server.ts';
export { createInjector, faultRoutes } from './seeded-faults.ts';
export type { FaultKinds, Injector, SeededPlan, SeededRule } from './seeded-faults.ts';
