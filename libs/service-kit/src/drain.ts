import { setTimeout as sleep } from 'node:timers/promises';
import type { Health } from './health.ts';
import type { Component } from './lifecycle.ts';

/**
 * What comes before everything else when a service stops: it says that it is leaving (not ready, and `Connection: close` on its answers) and goes
 * on answering, until whoever sends requests has noticed. Started last, so that it is the first to stop.
 *
 * @param drainMs how long load balancers take to notice, in milliseconds; 0 where there are none
 */
export function drainComponent(health: Pick<Health, 'leave'>, drainMs: number): Component {
  return {
    name: 'drain',
    start: () => Promise.resolve(),
    async stop() {
      health.leave();
      if (drainMs > 0) await sleep(drainMs);
    },
  };
}
