import { sagaStream } from '@daybook/contracts';
import type { ReadModelItem, StreamReader } from '@daybook/projections';
import {
  atStake,
  nothingAtStake,
  type SagaListItem,
  type SagaRegistry,
  type SagaStatus,
  type SagaStore,
  type Stakes,
  sumOf,
} from '@daybook/saga';
import { definitionOf } from './saga-of.ts';

/** What is at stake over all sagas that are not finished. */
export interface StakeTotals extends Stakes {
  /** How many there are of each type and status. */
  readonly sagas: readonly { readonly type: string; readonly status: SagaStatus; readonly count: number }[];
  /** Those whose version this instance does not know: they are counted, and what they hold is not. */
  readonly unknownVersions: number;
  /** False where there are more sagas than are looked through at once: then these are lower bounds. */
  readonly complete: boolean;
}

interface Sources {
  readonly sagas: SagaStore;
  readonly list: StreamReader<SagaListItem>;
  readonly registry: SagaRegistry;
}

/** Sagas looked through for one answer, and loaded at the same time. */
const sagasMax = 20_000;
const concurrencyMax = 16;
const pageMax = 500;

/** What a saga had at stake at a version of its stream; no stakes where its definition is not known here. */
interface Known {
  readonly version: number;
  readonly stakes: Stakes | undefined;
}

/**
 * Adds up what each saga has at stake by its own state, so that the sums are those of its description. A saga is loaded only where it has
 * gone on since it was last added up here: most of those that are not finished wait for days.
 */
export function stakeTotals({ sagas, list, registry }: Sources): () => Promise<StakeTotals> {
  let known = new Map<string, Known>();

  const stakesOf = async (items: readonly ReadModelItem<SagaListItem>[]): Promise<readonly [string, Known][]> => {
    const queue = [...items];
    const found: [string, Known][] = [];
    const lane = async (): Promise<void> => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
        const { sagaId, streamVersion } = item;
        const before = known.get(sagaId);
        found.push([sagaId, before !== undefined && before.version >= streamVersion ? before : await load(sagaId)]);
      }
    };
    await Promise.all(Array.from({ length: Math.min(concurrencyMax, queue.length) }, lane));
    return found;
  };
  const load = async (sagaId: string): Promise<Known> => {
    const { state, version } = await sagas.load(sagaStream(sagaId));
    if (state.status === 'none') return { version, stakes: nothingAtStake };
    const definition = definitionOf(registry, sagaId, state);
    return { version, stakes: definition && atStake(definition, state) };
  };

  return async () => {
    const counts = new Map<string, { type: string; status: SagaStatus; count: number }>();
    const found = new Map<string, Known>();
    let after: string | undefined;
    do {
      const page = await list.list({
        where: [{ field: 'status', op: 'in', value: ['running', 'compensating', 'parked'] }],
        limit: pageMax,
        ...(after === undefined ? {} : { after }),
      });
      if ('refused' in page) throw new Error(page.message);
      for (const { type, status } of page.items) {
        const entry = counts.get(`${type}/${status}`) ?? { type, status, count: 0 };
        counts.set(`${type}/${status}`, { ...entry, count: entry.count + 1 });
      }
      for (const [sagaId, each] of await stakesOf(page.items)) found.set(sagaId, each);
      after = page.next;
    } while (after !== undefined && found.size < sagasMax);
    // Those that are finished are forgotten.
    known = found;

    const stakes = [...found.values()].map((each) => each.stakes);
    const sums = stakes.filter((each) => each !== undefined);
    const money = sums.flatMap((each) => each.money.map((sum) => ({ money: sum })));
    return {
      ...sumOf([...money, ...sums.map(({ pieces }) => ({ pieces }))]),
      sagas: [...counts.values()],
      unknownVersions: stakes.length - sums.length,
      complete: after === undefined,
    };
  };
}
