export type { ApplyContext, Build, Projector, Scanned } from './build.ts';
export type { HotCacheOptions } from './hot-cache.ts';
export {
  type ItemPage,
  type Listed,
  type ListQuery,
  type Projection,
  type ProjectionDefinition,
  ProjectionError,
  type ProjectionErrorCode,
  type ReadModelFields,
  type ReadModelItem,
  type Seen,
  type StreamReader,
  isProjectionError,
} from './projection.ts';
export { createProjection } from './create-projection.ts';
export { eventFeed, projectionHandler } from './projection-handler.ts';
export { type VersionWait, waitForVersion } from './wait-for-version.ts';
export { createTotals } from './totals/create-totals.ts';
export type { Share, TotalFields, Totals, TotalsDefinition } from './totals/totals.ts';
