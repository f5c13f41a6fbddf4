import type { Runtime } from '@daybook/ports';
import type { StreamReader } from '@daybook/projections';
import type { SagaEvent, SagaListItem } from '@daybook/saga';
import { instruments } from '@daybook/service-kit';
import { type Meter, metrics } from '@opentelemetry/api';

export interface SagaMetricsOptions {
  readonly list: StreamReader<SagaListItem>;
  readonly runtime: Runtime;
  readonly onError: (error: unknown) => void;
  readonly meter?: Meter;
}

/** Sagas looked through for one measurement; with more, the numbers are lower bounds. */
const sagasMax = 5_000;
const pageMax = 500;

interface Waiting {
  readonly type: string;
  readonly status: string;
  readonly step: string;
}

/** Counts what sagas record, by type of saga and of event: for `onRecorded` of the runner. What operators do to them is not among it. */
export function countSagaEvents(
  meter: Meter = metrics.getMeter('@daybook/fulfilment'),
): (sagaId: string, event: SagaEvent) => void {
  const counter = instruments(meter).counter('saga.events');
  return (sagaId, event) => counter.add(1, { type: sagaId.slice(0, sagaId.indexOf(':')), event: event.type });
}

/**
 * How many sagas are unfinished, and how long the one has waited that has not moved for longest, by type, status and step, as
 * OpenTelemetry gauges. Counted when collected, from the list of sagas; where no provider is registered nobody asks.
 */
export function observeSagas({
  list,
  runtime,
  onError,
  meter = metrics.getMeter('@daybook/fulfilment'),
}: SagaMetricsOptions): void {
  const { gauge } = instruments(meter);
  const unfinished = gauge('saga.unfinished');
  const waited = gauge('saga.longest_wait');
  const reported = new Map<string, Waiting>();
  meter.addBatchObservableCallback(
    async (result) => {
      try {
        const nowMs = runtime.now();
        const found = Map.groupBy(await unfinishedSagas(list), keyOf);
        for (const [key, { type, status, step }] of reported) {
          if (!found.has(key)) {
            // Collectors go on with the last value of what is not reported any more.
            result.observe(unfinished, 0, { type, status, step });
            result.observe(waited, 0, { type, status, step });
          }
        }
        for (const [key, items] of found) {
          const [{ type, status, step }] = items as [SagaListItem, ...SagaListItem[]];
          reported.set(key, { type, status, step });
          const oldestMs = Math.min(...items.map(({ updatedAt }) => Date.parse(updatedAt)));
          result.observe(unfinished, items.length, { type, status, step });
          result.observe(waited, Math.max(0, nowMs - oldestMs) / 1_000, { type, status, step });
        }
      } catch (error) {
        onError(error);
      }
    },
    [unfinished, waited],
  );
}

const keyOf = ({ type, status, step }: SagaListItem): string => `${type}/${status}/${step}`;

async function unfinishedSagas(list: StreamReader<SagaListItem>): Promise<readonly SagaListItem[]> {
  const items: SagaListItem[] = [];
  let after: string | undefined;
  do {
    const page = await list.list({
      where: [{ field: 'status', op: 'in', value: ['running', 'compensating', 'parked'] }],
      limit: pageMax,
      ...(after === undefined ? {} : { after }),
    });
    if ('refused' in page) throw new Error(page.message);
    items.push(...page.items);
    after = page.next;
  } while (after !== undefined && items.length < sagasMax);
  return items;
}
