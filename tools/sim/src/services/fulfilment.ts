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
  type SagaListItem,
  timerProjection,
} from '@daybook/saga';
import { firedBeforeRecorded } from '../mutations/deciders.ts';
import type { SimProcess } from '../world/process.ts';
import { type Component, openSimService, type Parking } from './service.ts';

export interface FulfilmentInstance {
  readonly parking: readonly Parking[];
  readonly components: readonly Component[];
}

/** Less patient than in production: what takes a minute there is over in seconds here. */
const timing = {
  forward: exponential(5, 2_500),
  undo: exponential(10, 2_500, { pauseMaxMs: 10_000 }),
  afterPivot: exponential(10, 2_500, { pauseMs: 500, pauseMaxMs: 10_000 }),
};

/** The fulfilment service, composed as in its `main.ts`. */
export function fulfilmentInstance(process: SimProcess): FulfilmentInstance {
  const service = openSimService(process);
  const { store } = service;
  const { runtime, world } = process;
  const definitions = fulfilmentDefinitions(timing);
  const sagas = createSagaStore({ store, definitions });
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
    fire: world.mutation === 'timer-forgotten' ? firedBeforeRecorded(runner.fireTimer) : runner.fireTimer,
    pollMs: 1_000,
    onError: (error) =>
      world.note(process.instance, () => `timer: ${error instanceof Error ? error.message : String(error)}`),
  });
  const components: readonly Component[] = [
    service.relay([(event) => sagaCommandsRoute(event)]),
    service.feed('read-models', { handleKey: projectionHandler([list]) }),
    service.feed('timers', { handleKey: timerProjection({ container: timers }) }),
    { start: () => Promise.resolve(timerWorker.start()), stop: () => timerWorker.stop() },
    service.commands('saga-inputs', async (message) => {
      await runner.handleInput(message);
    }),
  ];
  return { parking: service.parking, components };
}
