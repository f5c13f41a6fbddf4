import type { FaultInjector } from '../faults/injector.ts';
import type { Recorder } from '../recorder/recorder.ts';
import { isFaultPlanInvalid } from '../shared/fault-fields.ts';
import { listenJson } from '../shared/json-server.ts';
import type { AdminListener, JsonRoute } from '../shared/json-server.ts';
import { faultRoutes } from '../shared/seeded-faults.ts';
import type { Splitter } from '../splits.ts';
import { isSplitRefused, parseSplit } from '../splits.ts';

/** What the admin port shows and changes. */
export interface Administered {
  readonly recorder: Recorder;
  readonly faults: FaultInjector;
  readonly splitter: Splitter;
}

/** Serves recorder, faults and splits as JSON, on loopback only. Rejects with the system's error when it cannot listen. */
export const listenAdmin = ({ recorder, faults, splitter }: Administered, port: number): Promise<AdminListener> => {
  const routes: Record<string, JsonRoute> = {
    'GET /requests': () => ({
      status: 200,
      value: { requests: recorder.entries(), dropped: recorder.dropped() },
    }),
    'DELETE /requests': () => {
      recorder.reset();
      return { status: 204 };
    },
    ...faultRoutes(faults),
    'POST /split': async (body) => ({ status: 200, value: await splitter.split(parseSplit(await body())) }),
  };
  return listenJson({ routes, isRefusal: (error) => isFaultPlanInvalid(error) || isSplitRefused(error) }, port);
};
