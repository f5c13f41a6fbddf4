import { sagaStream } from '@daybook/contracts';
import type { StreamReader } from '@daybook/projections';
import {
  atStake,
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
const sagasMax = 10_000;
const concurrencyMax = 16;
const pageMax = 500;

/** Adds up what each saga has at stake by its own state, so that the sums are those of its description. One point read for each saga in memory. */
export async function totalsAtStake(sources: Sources): Promise<StakeTotals> {
  const counts = new Map<string, { type: string; status: SagaStatus; count: number }>();
  const stakes: Stakes[] = [];
  let unknownVersions = 0;
  let seen = 0;
  let after: string | undefined;
  do {
    const page = await sources.list.list({
      where: [{ field: 'status', op: 'in', value: ['running', 'compensating', 'parked'] }],
      limit: pageMax,
      ...(after === undefined ? {} : { after }),
    });
    if ('refused' in page) throw new Error(page.message);
    for (const { type, status } of page.items) {
      const entry = counts.get(`${type}/${status}`) ?? { type, status, count: 0 };
      counts.set(`${type}/${status}`, { ...entry, count: entry.count + 1 });
    }
    for (const stake of await stakesOf(
      sources,
      page.items.map(({ sagaId }) => sagaId),
    )) {
      if (stake === undefined) unknownVersions += 1;
      else stakes.push(stake);
    }
    seen += page.items.length;
    after = page.next;
  } while (after !== undefined && seen < sagasMax);

  const money = stakes.flatMap((stake) => stake.money.map((sum) => ({ money: sum })));
  return {
    ...sumOf([...money, ...stakes.map(({ pieces }) => ({ pieces }))]),
    sagas: [...counts.values()],
    unknownVersions,
    complete: after === undefined,
  };
}

async function stakesOf(
  { sagas, registry }: Sources,
  sagaIds: readonly string[],
): Promise<readonly (Stakes | undefined)[]> {
  const queue = [...sagaIds];
  const found: (Stakes | undefined)[] = [];
  const lane = async (): Promise<void> => {
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
      const { state } = await sagas.load(sagaStream(id));
      if (state.status === 'none') continue;
      const definition = definitionOf(registry, id, state);
      found.push(definition && atStake(definition, state));
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrencyMax, queue.length) }, lane));
  return found;
}
