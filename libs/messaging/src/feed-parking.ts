import type { FeedParking } from '@daybook/change-feed';
import type { CloudEvent } from '@daybook/contracts';
import type { StoredEvent } from '@daybook/eventstore';
import { cloudEventOf } from './cloud-event.ts';
import type { DeadLetters } from './dead-letters.ts';
import { isTransientError } from './message-errors.ts';
import type { MessageToPark } from './parked-message.ts';

export interface FeedParkingOptions {
  /** Names the feed in the dead letters: `feed:<name of the feed>`. */
  readonly consumer: string;
  /** The service whose events they are. */
  readonly service: string;
  readonly deadLetters: DeadLetters;
  /** Errors that are not the event's fault, tried again without end; default {@link isTransientError}. */
  readonly isTransient?: (error: unknown) => boolean;
  /** Told of every event that is parked because it failed. */
  readonly onParked?: (event: StoredEvent, error: unknown) => void;
}

export interface EventParking extends FeedParking<StoredEvent> {
  park(key: string, event: StoredEvent, error: unknown, attempts: number): Promise<void>;
  follow(key: string, events: readonly StoredEvent[]): Promise<boolean>;
  /** Keys known here to be parked. */
  readonly size: number;
}

/**
 * Parks events of a feed in the dead letters, by stream. Only what names an event is kept there; a replay reads it again
 * (`feedReplay`).
 */
export function feedParking(options: FeedParkingOptions): EventParking {
  const { consumer, service, deadLetters, isTransient = isTransientError } = options;
  const parked = new Set<string>();
  const message = (key: string, event: StoredEvent): MessageToPark => ({
    key,
    partitionId: 'feed',
    sequenceNumber: event.version,
    messageId: event.eventId,
    // Its data may be about a person, and are in the events.
    body: { ...cloudEventOf(event, service), data: {} },
  });
  return {
    async load() {
      // Only ever adds: what another range parks during the query must not get lost.
      for (const key of await deadLetters.load(consumer)) parked.add(key);
    },
    parked: (key) => parked.has(key),
    async park(key, event, error, attempts) {
      await deadLetters.park(consumer, message(key, event), error, attempts);
      parked.add(key);
      options.onParked?.(event, error);
    },
    async follow(key, events) {
      const behind = await deadLetters.parkBehind(consumer, ...events.map((event) => message(key, event)));
      if (!behind) parked.delete(key);
      return behind;
    },
    isTransient,
    get size() {
      return parked.size;
    },
  };
}

/**
 * The handler that parked events of a feed are replayed to: reads each event again and gives it to the feed's own handler.
 *
 * @param handle the feed's own, given one event at a time
 */
export function feedReplay(
  readEvent: (streamId: string, version: number) => Promise<StoredEvent | undefined>,
  handle: (events: readonly StoredEvent[]) => Promise<void>,
): (message: CloudEvent) => Promise<void> {
  return async ({ subject, streamversion = 0 }) => {
    const event = await readEvent(subject, streamversion);
    if (event === undefined) throw new Error(`event ${streamversion} of ${subject} is not there`);
    await handle([event]);
  };
}
