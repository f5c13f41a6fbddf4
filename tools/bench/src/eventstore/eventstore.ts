import { round } from '../statistics.ts';
import { openBench } from './bench-store.ts';
import { growth } from './growth.ts';
import { hotBatchedToUnbatched } from './hot-stream.ts';
import { storeToBare } from './store-to-bare.ts';

/** What `npm run bench -- eventstore` measures. All but the request units are ratios or rates of this machine. */
export interface EventStoreResults {
  readonly storeToBare: number;
  readonly warmRoundTrips: number;
  /** Of the command of an event of 1 KB, by the emulator's model of request charges. */
  readonly warmRu: number;
  readonly coldRoundTripsWithSnapshot: number;
  readonly growth100k: number;
  readonly hotBatchedToUnbatched: number;
  readonly rehydrationPerSecond: number;
}

/** What each result must be. */
export const targets: Readonly<
  Record<keyof EventStoreResults, { readonly text: string; met(value: number): boolean }>
> = {
  storeToBare: { text: 'at least 0.85', met: (value) => value >= 0.85 },
  warmRoundTrips: { text: '1', met: (value) => value === 1 },
  warmRu: { text: 'at most 8 (model)', met: (value) => value <= 8 },
  coldRoundTripsWithSnapshot: { text: '1', met: (value) => value === 1 },
  growth100k: { text: 'less than 1.3', met: (value) => value < 1.3 },
  hotBatchedToUnbatched: { text: 'at least 5', met: (value) => value >= 5 },
  rehydrationPerSecond: { text: 'events a second on one core', met: (value) => value > 0 },
};

export async function benchEventStore(endpoint: string): Promise<EventStoreResults> {
  const bench = await openBench(endpoint);
  try {
    const ratio = await storeToBare(bench);
    const hot = await hotBatchedToUnbatched(bench);
    const grown = await growth(bench);
    return {
      storeToBare: round(ratio),
      warmRoundTrips: grown.warmRoundTrips,
      warmRu: round(grown.warmRu),
      coldRoundTripsWithSnapshot: grown.coldRoundTripsWithSnapshot,
      growth100k: round(grown.growth100k),
      hotBatchedToUnbatched: round(hot, 1),
      rehydrationPerSecond: round(grown.rehydrationPerSecond, 0),
    };
  } finally {
    bench.client.dispose();
  }
}
