import type { Listed, Projection, StreamReader } from '../projection.ts';
import type { TotalFields, Totals } from '../totals/totals.ts';
import type { ServedReadModel } from './read-model.ts';

/** Queries to the build that serves, of a read model of one document per stream. */
export function servedStreams<State extends object>(model: ServedReadModel<Projection<State>>): StreamReader<State> {
  return {
    get: (streamId) => model.query((build) => build.get(streamId)),
    see: (streamId, minVersion) => model.query((build) => build.see(streamId, minVersion)),
    list: (query) => model.query((build) => build.list(query)),
  };
}

/** Queries to the build that serves, of a read model of sums over many streams. */
export function servedTotals<Total extends object>(model: ServedReadModel<Totals<Total>>): Listed<Total & TotalFields> {
  return { list: (query) => model.query((build) => build.list(query)) };
}
