import { eventHash, GENESIS_HASH, type StoredEvent } from '@daybook/eventstore';
import type { ShopService } from '@daybook/contracts';
import type { AllHistories } from '../histories.ts';

/** The histories with one stream replaced; what was given stays as it is. */
export function withStream(
  histories: AllHistories,
  service: ShopService,
  streamId: string,
  change: (events: readonly StoredEvent[]) => readonly StoredEvent[],
): AllHistories {
  const events = change(histories[service].get(streamId) ?? []);
  const streams = new Map(histories[service]);
  if (events.length === 0) streams.delete(streamId);
  else streams.set(streamId, events);
  return { ...histories, [service]: streams };
}

/** Numbered, chained and hashed as if it had always been so: only what the events say can give it away. */
export function rechained(events: readonly StoredEvent[]): readonly StoredEvent[] {
  let previousHash = GENESIS_HASH;
  return events.map((event, index) => {
    const version = index + 1;
    const content = { ...event, id: String(version), version, previousHash };
    previousHash = eventHash(content);
    return { ...content, hash: previousHash };
  });
}
