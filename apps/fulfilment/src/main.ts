import { timersContainer } from '@daybook/contracts';
import { fulfilmentDefinitions } from '@daybook/fulfilment-domain';
import { createProjection, servedStreams } from '@daybook/projections';
import {
  createSagaRegistry,
  createSagaRunner,
  createSagaStore,
  createTimerWorker,
  projectSagaListItem,
  type SagaListItem,
  sagaCommandsRoute,
  sagaInputHandler,
  timerProjection,
} from '@daybook/saga';
import { openService } from '@daybook/service-kit';
import { fulfilmentRoutes } from './http/routes.ts';
import { countSagaEvents, observeSagas } from './saga-metrics.ts';
import { liveVersions } from './live-versions.ts';

const service = openService({ name: 'fulfilment', defaultPort: 4104 }, process.env);
const { store, answers, audit, runtime, log } = service;

const definitions = fulfilmentDefinitions();
const sagas = createSagaStore({ store, definitions, snapshots: service.snapshots });
const runner = createSagaRunner({
  sagas,
  definitions,
  runtime,
  log: (level, message, fields) => log[level](fields, message),
  onRecorded: countSagaEvents(),
});
const list = servedStreams(
  service.readModel({
    name: 'sagas',
    versions: [
      {
        version: 1,
        open: (name) =>
          createProjection<SagaListItem>({
            ...{ name, readModel: service.readModels, streams: 'saga-' },
            ...{ project: projectSagaListItem, readStream: service.readStream },
          }),
      },
    ],
  }),
);
const timers = service.platform.container(timersContainer);
const timerWorker = createTimerWorker({
  container: timers,
  runtime,
  fire: runner.fireTimer,
  onError: (error, timer) => log.warn({ err: error, ...timer }, 'a timer could not be fired'),
});

const looksAtLeastEveryMs = 20_000;
service.health.add({
  name: 'timers',
  check: () => {
    const silentMs = runtime.now() - timerWorker.lookedAtMs();
    return { healthy: silentMs < looksAtLeastEveryMs, detail: { silentMs } };
  },
});

// Off by default: on one's own machine there is no second person.
const secondPerson = process.env['OPERATORS_SECOND_PERSON'] === '1';
const registry = createSagaRegistry(definitions);

const versions = liveVersions({
  list,
  registry,
  runtime,
  onError: (error) => log.warn({ err: error }, 'the versions of live sagas could not be checked'),
});
service.health.add({ name: versions.name, check: versions.check });

observeSagas({ list, runtime, onError: (error) => log.warn({ err: error }, 'sagas could not be counted') });

await service.run(fulfilmentRoutes({ sagas, store, answers, audit, runtime, list, registry, secondPerson }), [
  versions,
  service.relay([(event) => sagaCommandsRoute(event)]),
  service.feed('timers', { handleKey: timerProjection({ container: timers }) }),
  {
    name: 'timers',
    start: () => Promise.resolve(timerWorker.start()),
    stop: () => timerWorker.stop(),
  },
  service.commands('saga-inputs', sagaInputHandler(runner)),
]);
