import type { Runtime } from '@daybook/ports';
import { isAppendOutcomeUnknown, isConcurrencyConflict, isExpectedVersionAhead } from '../errors.ts';
import { type Cost, type CostMeter, costMeter } from './cost.ts';
import { type EventStoreMetrics, categoryOf } from './metrics.ts';

export type StoreOperation =
  'append' | 'append-group' | 'read' | 'read-event' | 'read-correlation' | 'find-by-command-key' | 'head';

/** Runs one operation with a meter of its own and gives its bill to `outer` and the metrics, also where it fails. */
export async function measured<R>(
  metrics: EventStoreMetrics,
  outer: CostMeter | undefined,
  operation: StoreOperation,
  streamId: string,
  work: (meter: CostMeter) => Promise<R>,
): Promise<R> {
  const meter = costMeter();
  try {
    return await work(meter);
  } finally {
    const cost: Cost = meter.total();
    outer?.add(cost);
    const attributes = { aggregate: categoryOf(streamId), operation };
    metrics.record('event_store.request_units', cost.requestCharge, attributes);
    metrics.record('event_store.round_trips', cost.roundTrips, attributes);
  }
}

export interface WriteResult {
  readonly outcome: 'appended' | 'duplicate' | 'conflict' | 'retried';
  /** Commands that were settled by it. */
  readonly commands: number;
}

/** Counts an append and how long it took. `retried`: nothing was settled, its commands are counted when they are. */
export async function measuredWrite<R>(
  { metrics, runtime }: { readonly metrics: EventStoreMetrics; readonly runtime: Runtime },
  streamId: string,
  write: () => Promise<R>,
  resultOf: (result: R) => WriteResult,
): Promise<R> {
  const aggregate = categoryOf(streamId);
  const startMs = runtime.now();
  const done = (outcome: string, commands: number): void => {
    metrics.record('event_store.write_duration', Math.max(0, runtime.now() - startMs) / 1_000, { aggregate });
    if (outcome === 'conflict') metrics.count('event_store.conflicts', 1, { aggregate });
    if (outcome === 'appended') metrics.record('event_store.batch_commands', commands, { aggregate });
    if (commands > 0) metrics.count('event_store.writes', commands, { aggregate, outcome });
  };
  try {
    const result = await write();
    const { outcome, commands } = resultOf(result);
    done(outcome, commands);
    return result;
  } catch (error) {
    done(failureOf(error), 1);
    throw error;
  }
}

function failureOf(error: unknown): string {
  if (isConcurrencyConflict(error) || isExpectedVersionAhead(error)) return 'conflict';
  return isAppendOutcomeUnknown(error) ? 'unknown' : 'failed';
}
