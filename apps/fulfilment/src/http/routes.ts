import { type SagaStatus, listSagasQuery, sagaStream } from '@daybook/contracts';
import type { Condition } from '@daybook/ports';
import type { Projection } from '@daybook/projections';
import { describeSaga, type SagaListItem, type SagaStore } from '@daybook/saga';
import { etag, eventPage, type EventReading, itemPage, Problem, stateAsAsked, validate } from '@daybook/service-kit';
import { type Request, Router } from 'express';
import { z } from 'zod';

export interface FulfilmentRoutes extends EventReading {
  readonly sagas: SagaStore;
  readonly list: Projection<SagaListItem>;
}

const sagaId = z
  .string()
  .regex(
    /^[A-Z][A-Za-z]*:[A-Za-z0-9][A-Za-z0-9._-]{0,90}$/,
    'must be <type>:<key>, for example FulfilOrder:inv-536365',
  );

export function fulfilmentRoutes({ sagas, list, ...reading }: FulfilmentRoutes): Router {
  const router = Router();

  router.get('/v1/sagas', async (request, response) => {
    const { status, type, after, limit } = validate(listSagasQuery, request.query, 'query');
    const where: Condition[] = [];
    if (status !== undefined) where.push({ field: 'status', op: '=', value: status satisfies SagaStatus });
    if (type !== undefined) where.push({ field: 'type', op: '=', value: type });
    response.json(
      await itemPage(
        list,
        { where, limit, after },
        ({ sagaId: id, type: sagaType, status: at, step, startedAt, updatedAt, reason, streamVersion }) => ({
          sagaId: id,
          type: sagaType,
          status: at,
          step,
          startedAt,
          updatedAt,
          ...(reason === undefined ? {} : { reason }),
          version: streamVersion,
        }),
      ),
    );
  });
  router.get('/v1/sagas/:sagaId', async (request, response) => {
    const { state, version } = await stateAsAsked(sagas, reading, request, sagaStream(sagaIdOf(request)));
    if (state.status === 'none') throw unknownSaga(request);
    response.set('ETag', etag(version)).json({ ...describeSaga(state), version });
  });
  router.get('/v1/sagas/:sagaId/history', async (request, response) => {
    const page = await eventPage(reading, request, sagaStream(sagaIdOf(request)));
    if (page === undefined) throw unknownSaga(request);
    response.json(page);
  });

  return router;
}

function sagaIdOf(request: Request): string {
  return validate(sagaId, request.params['sagaId'], 'sagaId');
}

function unknownSaga(request: Request): Problem {
  return new Problem(404, 'saga-unknown', `There is no saga ${sagaIdOf(request)}.`);
}
