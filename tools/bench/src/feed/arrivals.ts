import type { StoredEvent } from '@daybook/eventstore';
import { percentile } from '../statistics.ts';

/** How long after their append events arrived somewhere. An event that arrives again does not count. */
export interface Arrivals {
  /** @param event its data says when the append began */
  arrived(event: Pick<StoredEvent, 'streamId' | 'version' | 'data'>): void;
  readonly count: number;
  /** Events a second, from the first that counts to the last that arrived. */
  perSecond(): number;
  /** Milliseconds: 99 of 100 events took no longer. */
  p99Ms(): number;
}

/** @param fromMs events appended before are not counted: everything is still warming up */
export function createArrivals(fromMs: () => number): Arrivals {
  const seen = new Set<string>();
  const tookMs: number[] = [];
  let lastMs = 0;
  return {
    arrived({ streamId, version, data }) {
      const appendedMs = Number(data['number']);
      const id = `${streamId}/${version}`;
      if (appendedMs < fromMs() || seen.has(id)) return;
      seen.add(id);
      lastMs = Date.now();
      tookMs.push(lastMs - appendedMs);
    },
    get count() {
      return tookMs.length;
    },
    perSecond: () => tookMs.length / ((lastMs - fromMs()) / 1_000),
    p99Ms: () => percentile(tookMs, 0.99),
  };
}
