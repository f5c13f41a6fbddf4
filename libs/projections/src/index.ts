export {
  type ItemPage,
  type ListQuery,
  type Projection,
  type ProjectionDefinition,
  ProjectionError,
  type ProjectionErrorCode,
  type ReadModelFields,
  type ReadModelItem,
  isProjectionError,
} from './projection.ts';
export { createProjection } from './create-projection.ts';
export { eventFeed, projectionHandler } from './projection-handler.ts';
