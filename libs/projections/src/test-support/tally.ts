import type { StoredEvent } from '@daybook/eventstore';
import type { Container, Runtime } from '@daybook/ports';
import { createTotals } from '../totals/create-totals.ts';
import type { Share, Totals } from '../totals/totals.ts';
import { event } from './counter.ts';

/** A total as these specs see it. */
export interface Tally {
  readonly day: string;
  readonly sku: string;
  readonly units: number;
}

/** What a stream adds after an event: each event says it whole, so that shares come, change, move and go. */
export type Added = readonly { readonly day: string; readonly sku: string; readonly units: number }[];

interface TallyState {
  readonly added: Added;
}

export function addedEvent(streamId: string, version: number, added: Added): StoredEvent {
  return { ...event(streamId, version, 'Added'), data: { added } };
}

export function createTally(
  container: Container,
  runtime: Runtime,
  streams: ReadonlyMap<string, readonly StoredEvent[]>,
  name = 'tally',
): Totals<Tally> {
  return createTotals<TallyState, Tally>({
    name,
    container,
    runtime,
    streams: 'order-',
    project: (_state, { data }) => ({ added: data['added'] as Added }),
    contribute: ({ added }) =>
      added.map(({ day, sku, units }): Share => ({
        partition: day,
        key: sku,
        fields: { day, sku },
        values: { units },
      })),
    readStream: async (streamId, afterVersion) =>
      (streams.get(streamId) ?? []).filter(({ version }) => version > afterVersion),
  });
}

/** A plain fold: the sums of what each stream's last event says, without those that are zero. */
export function foldOf(streams: ReadonlyMap<string, readonly StoredEvent[]>): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const events of streams.values()) {
    for (const { day, sku, units } of (events.at(-1)?.data['added'] ?? []) as Added) {
      sums[`${day}~${sku}`] = (sums[`${day}~${sku}`] ?? 0) + units;
    }
  }
  return Object.fromEntries(Object.entries(sums).filter(([, units]) => units !== 0));
}

export async function sumsOf(tally: Totals<Tally>): Promise<Readonly<Record<string, number>>> {
  const page = await tally.list({ limit: 1_000 });
  if ('refused' in page) throw new Error(page.message);
  return Object.fromEntries(page.items.map(({ total, units }) => [total, units]));
}
