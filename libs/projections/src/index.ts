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
export {
  type ReadModelDefinition,
  ReadModelError,
  type ReadModelErrorCode,
  type ReadModelVersion,
  type ServedReadModel,
  isReadModelError,
} from './versions/read-model.ts';
export {
  createReadModels,
  type ReadModels,
  type ReadModelsOptions,
  type ReadModelTiming,
} from './versions/read-models.ts';
export type { DrivingFeed, OpenFeed } from './versions/running-builds.ts';
export type { Asked, BuildStatus, ReadModelCommands, ReadModelStatus } from './versions/commands.ts';
export type { BuildProgress } from './versions/progress.ts';
export type { Difference } from './versions/difference.ts';
export { checkParity, type ParityOptions, type ParityReport } from './versions/parity.ts';
export type { BuildRecord, By, Change, Registry } from './versions/registry.ts';
export { servedStreams, servedTotals } from './versions/served.ts';
