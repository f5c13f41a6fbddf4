import { timersContainer } from '@daybook/contracts';
import { fulfilmentDefinitions } from '@daybook/fulfilment-domain';
import { createProjection, projectionHandler } from '@daybook/projections';
import {
  createSagaRunner,
  createSagaStore,
  createTimerWorker,
  exponential,
  projectSagaListItem,
  sagaCommandsRoute,
  sagaInputHandler,
  type SagaListItem,
  type SagaStore,
  timerProjection,
} from '@daybook/saga';
import type { SimProcess } from '../world/process.ts';
import { type Component, openSimService, type Parking } from './service.ts';

export interface FulfilmentInstance {
  readonly sagas: SagaStore;
  readonly parking: readonly Parking[];
  readonly components: readonly Component[];
}

/** Less patient than in production, so that outages of some seconds park sagas. */
const timing = {
  forward: exponential(4, 2_500, { pauseMaxMs: 5_000 }),
  undo: exponential(3, 2_500, { pauseMaxMs: 5_000 }),
  afterPivot: exponential(4, 2_500, { pauseMs: 500, pauseMaxMs: 5_000 }),
};

const definitions = fulfilmentDefinitions(timing);

/** The fulfilment service, composed as in its `main.ts`. */
export function fulfilmentInstance(process: SimProcess): FulfilmentInstance {
  const service = openSimService(process);
  const { store } = service;
  const { runtime, world } = process;
  const sagas = createSagaStore({ store, definitions, snapshots: service.snapshots });
  const runner = createSagaRunner({ sagas, definitions, runtime });
  const list = createProjection<SagaListItem>({
    name: 'sagas',
    readModel: service.readModels,
    streams: 'saga-',
    project: projectSagaListItem,
    readStream: service.readStream,
  });
  const timers = process.container(timersContainer);
  const timerWorker = createTimerWorker({
    container: timers,
    runtime,
    fire: runner.fireTimer,
    pollMs: 1_500,
    onError: (error) =>
      world.note(process.instance, () => `timer: ${error instanceof Error ? error.message : String(error)}`),
  });
  const components: readonly Component[] = [
    service.relay([(event) => sagaCommandsRoute(event)]),
    service.feed('read-models', { handleKey: projectionHandler([list]) }),
    service.feed('timers', { handleKey: timerProjection({ container: timers }) }),
    { start: () => Promise.resolve(timerWorker.start()), stop: () => timerWorker.stop() },
    service.commands('saga-inputs', sagaInputHandler(runner)),
  ];
  return { sagas, parking: service.parking, components };
}
