export { alsoSecure } from './also-secure.ts';
export type { Undecided } from './also-secure.ts';
export { createCertificate } from './certificate.ts';
export type { Certificate } from './certificate.ts';
export { devTokenCredential, signDevToken } from './dev-token.ts';
export type { DevIdentity, DevTokenCredential } from './dev-token.ts';
export {
  checkDelay,
  FaultPlanInvalidError,
  isFaultPlanInvalid,
  isList,
  isWhole,
  need,
  onlyFields,
} from './fault-fields.ts';
export { namedIssuer, readCertificate } from './flags.ts';
export { listenJson } from './json-server.ts';
export type { AdminListener, JsonAnswer, JsonRoute, JsonRoutes } from './json-server.ts';
export { createInjector, faultRoutes } from './seeded-faults.ts';
export type { FaultKinds, Injector, SeededPlan, SeededRule } from './seeded-faults.ts';
export { createTokenVerifier, isTokenInvalid, isTokenUnverifiable, TokenInvalidError } from './tokens.ts';
export type { TokenIssuer, TokenVerifier, VerifiedToken } from './tokens.ts';
