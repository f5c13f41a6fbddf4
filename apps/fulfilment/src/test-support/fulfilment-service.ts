import { fulfilmentDefinitions } from '@daybook/fulfilment-domain';
import { virtualRuntime } from '@daybook/ports';
import { createProjection } from '@daybook/projections';
import {
  createSagaRegistry,
  createSagaRunner,
  createSagaStore,
  projectSagaListItem,
  type SagaListItem,
} from '@daybook/saga';
import { memoryStores } from '@daybook/service-kit/testing';
import { fulfilmentRoutes } from '../http/routes.ts';

/** The orchestrator over stores in memory, and a way to tell it what happened. @param options.secondPerson what moves money needs two */
export function fulfilmentService({ secondPerson = false } = {}) {
  const runtime = virtualRuntime({ seed: 1 });
  const stores = memoryStores(runtime);
  const { store, answers, audit } = stores;
  const definitions = fulfilmentDefinitions();
  const sagas = createSagaStore({ store, definitions });
  const registry = createSagaRegistry(definitions);
  const runner = createSagaRunner({ sagas, definitions, runtime });
  const list = createProjection<SagaListItem>({
    name: 'sagas',
    readModel: stores.readModels,
    streams: 'saga-',
    project: projectSagaListItem,
    readStream: async (streamId, afterVersion) => (await store.read({ streamId, afterVersion })).events,
  });
  return {
    runtime,
    runner,
    sagas,
    registry,
    list,
    routes: fulfilmentRoutes({ sagas, store, answers, audit, runtime, list, registry, secondPerson }),
    catchUp: () => stores.catchUp([list]),
    tell: (id: string, type: string, commandkey: string, data: Readonly<Record<string, unknown>>, schemaversion = 1) =>
      runner.handleInput({
        specversion: '1.0',
        id,
        source: 'daybook/order',
        type,
        subject: 'order-o1',
        time: '2010-12-01T00:00:00.000Z',
        datacontenttype: 'application/json',
        data,
        traceparent: '',
        correlationid: 'c',
        causationid: 'r',
        commandkey,
        schemaversion,
        actor: 'test',
      }),
  };
}
