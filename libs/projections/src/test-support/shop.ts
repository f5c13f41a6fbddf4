import type { StoredEvent } from '@daybook/eventstore';
import type { Container } from '@daybook/ports';
import { createProjection } from '../create-projection.ts';
import type { Projection } from '../projection.ts';
import type { ReadModelVersion } from '../versions/read-model.ts';
import { event } from './counter.ts';

/** A document of version 1; version 2 has `pieces` as well. */
export interface Sale {
  readonly status: 'open' | 'done';
  readonly amount: number;
  readonly pieces?: number;
}

export const eventsPerStream = 20;

export const streamIdOf = (n: number): string => `order-${String(n).padStart(6, '0')}`;

/** What each stream's events say: amounts from 1 on, and at last that it is done, in every second stream. */
export function saleEvents(n: number): readonly StoredEvent[] {
  return Array.from({ length: eventsPerStream }, (_, index) => {
    const isLast = index === eventsPerStream - 1;
    const type = isLast && n % 2 === 0 ? 'Done' : 'Sold';
    return { ...event(streamIdOf(n), index + 1, type), data: { amount: (n % 7) + index } };
  });
}

/** The document of a stream that has no more events than {@link saleEvents}. */
export function saleOf(n: number): Pick<Sale, 'status' | 'amount'> {
  const amount = saleEvents(n).reduce((sum, { data }) => sum + Number(data['amount']), 0);
  return { status: n % 2 === 0 ? 'done' : 'open', amount };
}

export interface ShopStores {
  readonly events: Container<StoredEvent>;
  readonly readModels: Container;
}

/** One version of the read model; a planted defect forgets the amount of some events. */
export function saleVersion(
  { events, readModels }: ShopStores,
  version: number,
  { pieces, defect }: { readonly pieces: boolean; readonly defect: boolean },
): ReadModelVersion<Projection<Sale>> {
  return {
    version,
    comparable: ({ status, amount }) => ({ status, amount }),
    open: (name) =>
      createProjection<Sale>({
        ...{ name, readModel: readModels, streams: 'order-' },
        project: (before, { type, data, version: at, streamId }) => {
          const isForgotten = defect && at === 7 && streamId.endsWith('13');
          const amount = (before?.amount ?? 0) + (isForgotten ? 0 : Number(data['amount']));
          const status = type === 'Done' ? 'done' : 'open';
          return pieces ? { status, amount, pieces: (before?.pieces ?? 0) + 1 } : { status, amount };
        },
        readStream: async (streamId, afterVersion) =>
          (
            await events.query({
              partitionKey: streamId,
              where: [{ field: 'version', op: '>', value: afterVersion }],
              orderBy: [{ field: 'version', direction: 'asc' }],
              limit: 1_000,
            })
          ).documents,
      }),
  };
}
