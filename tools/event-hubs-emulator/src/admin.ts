import { faultRoutes, isFaultPlanInvalid, listenJson } from '@daybook/cosmos-emulator/shared';
import type { AdminListener, JsonRoute } from '@daybook/cosmos-emulator/shared';
import type { HubFaults } from './faults/injector.ts';
import type { HubLag } from './lag.ts';

/** What the admin port shows and changes. */
export interface Administered {
  readonly faults: HubFaults;
  readonly lag: () => readonly HubLag[];
}

/** Serves faults and lag as JSON, on loopback only. Rejects with the system's error when it cannot listen. */
export function listenAdmin({ faults, lag }: Administered, port: number): Promise<AdminListener> {
  const routes: Record<string, JsonRoute> = {
    ...faultRoutes(faults),
    'GET /lag': () => ({ status: 200, value: { hubs: lag() } }),
  };
  return listenJson({ routes, isRefusal: isFaultPlanInvalid }, port);
}
