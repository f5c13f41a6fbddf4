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
