import { listSagasQuery, type SagaStatus, sagaStream } from '@daybook/contracts';
import type { Condition, Runtime } from '@daybook/ports';
import type { ReadModelItem, StreamReader } from '@daybook/projections';
import { describeSaga, type SagaListItem, type SagaRegistry, type SagaStore } from '@daybook/saga';
import {
  etag,
  eventPage,
  type EventReading,
  itemPage,
  type KeptAnswers,
  stateAsAsked,
  validate,
} from '@daybook/service-kit';
import { type Request, Router } from 'express';
import { sagaActionRoutes } from './saga-actions.ts';
import { definitionOf, sagaIdOf, unknownSaga } from './saga-of.ts';
import { stakeTotals } from './totals.ts';

export interface FulfilmentRoutes extends EventReading {
  readonly sagas: SagaStore;
  readonly list: StreamReader<SagaListItem>;
  /** Of the same definitions as `sagas`. */
  readonly registry: SagaRegistry;
  /** True: an intervention that moves money needs the approval of a second person. */
  readonly secondPerson: boolean;
  readonly answers: KeptAnswers;
}

export function fulfilmentRoutes(options: FulfilmentRoutes): Router {
  const { sagas, list, registry, ...reading } = options;
  const router = Router();
  const totals = stakeTotals({ sagas, list, registry });

  router.get('/v1/sagas', async (request, response) => {
    const { after, limit, olderThan, ...equal } = validate(listSagasQuery, request.query, 'query');
    const { cursor, before } =
      olderThan === undefined ? { cursor: after } : pageBefore(after, olderThan, reading.runtime);
    const where = conditions(equal, before);
    const { items, next } = await itemPage(list, { where, limit, after: cursor }, listed);
    response.json({
      items,
      ...(next === undefined ? {} : { next: before === undefined ? next : `${before}~${next}` }),
    });
  });
  router.get('/v1/sagas/totals', async (_request, response) => {
    response.json(await totals());
  });
  router.get('/v1/sagas/:sagaId', async (request, response) => {
    const sagaId = sagaIdOf(request);
    const { state, version } = await stateAsAsked(sagas, reading, request, sagaStream(sagaId));
    if (state.status === 'none') throw unknownSaga(sagaId);
    const definition = definitionOf(registry, sagaId, state);
    response.set('ETag', etag(version)).json({ ...describeSaga(state, definition), version });
  });
  router.get('/v1/sagas/:sagaId/history', async (request, response) => {
    const page = await historyOf(reading, request);
    response.json(page);
  });
  return router.use(sagaActionRoutes(options));
}

async function historyOf(reading: EventReading, request: Request): Promise<object> {
  const sagaId = sagaIdOf(request);
  const page = await eventPage(reading, request, sagaStream(sagaId));
  if (page === undefined) throw unknownSaga(sagaId);
  return page;
}

/** A cursor is of one question: the time that the first page asked for goes with it from page to page. */
function pageBefore(
  after: string | undefined,
  ageMs: number,
  runtime: Runtime,
): { readonly before: string; readonly cursor: string | undefined } {
  const [, before, cursor] = /^([^~]{24})~(.+)$/.exec(after ?? '') ?? [];
  return { before: before ?? new Date(runtime.now() - ageMs).toISOString(), cursor: cursor ?? after };
}

function conditions(equal: Readonly<Record<string, string | undefined>>, before: string | undefined): Condition[] {
  const where = Object.entries(equal).flatMap(([field, value]): Condition[] =>
    value === undefined ? [] : [{ field, op: '=', value }],
  );
  return before === undefined ? where : [...where, { field: 'updatedAt', op: '<=', value: before }];
}

function listed(item: ReadModelItem<SagaListItem>): object {
  const { sagaId, type, definitionVersion, status, step, startedAt, updatedAt, reason, streamVersion } = item;
  return {
    ...{ sagaId, type, status: status satisfies SagaStatus, step, startedAt, updatedAt },
    ...(definitionVersion === undefined ? {} : { definitionVersion }),
    ...(reason === undefined ? {} : { reason }),
    version: streamVersion,
  };
}
