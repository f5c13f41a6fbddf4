import type { HubName } from '@daybook/contracts';
import type { StoredEvent } from '@daybook/eventstore';
import { createRelay, type Relay, type RelayOptions } from '../relay.ts';
import { createSender, type Outgoing } from '../sender.ts';

export interface HybridOptions extends RelayOptions {
  /**
   * Hubs whose messages may overtake each other. Default: those for everybody (`…-events`). Commands and saga inputs are a history, and go
   * by the feed alone.
   */
  readonly mayOvertake?: (hub: HubName) => boolean;
  /** Sends under way at once; what is appended beyond that goes by the feed. Default 100. */
  readonly inHandMax?: number;
  /** Events sent that the feed has yet to come by, remembered at most; default 10,000. What is forgotten is sent twice. */
  readonly rememberedMax?: number;
  /** Told of sends that failed, with what was to be sent as far as known; the feed sends those messages. */
  readonly onError?: (error: unknown, messages: readonly Outgoing[]) => void;
}

/** Sends what this process has appended at once; the feed, whose handler this is too, sends what that missed. */
export interface HybridPublisher extends Relay {
  /** Begins to send and returns. Never throws. */
  appended(events: readonly StoredEvent[]): void;
  /** Resolves when no send is under way. */
  settled(): Promise<void>;
}

interface Sendable {
  readonly eventId: string;
  readonly outgoing: Outgoing;
}

/**
 * Right after the append, without waiting for the feed: an event is at the hub sooner, and streams promise no order there. Its message id is the
 * one that the feed would have sent, so a consumer that drops what it has seen sees it once.
 */
export function createHybridPublisher(options: HybridOptions): HybridPublisher {
  const { mayOvertake = (hub) => hub.endsWith('-events'), inHandMax = 100, rememberedMax = 10_000 } = options;
  const send = createSender(options.producers);
  /** What this process knows to be stored, by event. */
  const stored = new Map<string, Set<string>>();
  const inHand = new Set<Promise<void>>();
  const nameOf = ({ hub, message }: Outgoing): string => `${hub} ${message.id}`;

  const remember = ({ eventId, outgoing }: Sendable): void => {
    const names = stored.get(eventId) ?? new Set();
    stored.set(eventId, names.add(nameOf(outgoing)));
    const [oldest] = stored.keys();
    if (stored.size > rememberedMax && oldest !== undefined) stored.delete(oldest);
  };
  const sendNow = async (messages: readonly Sendable[]): Promise<void> => {
    const outgoing = messages.map((each) => each.outgoing);
    try {
      await send(outgoing);
      for (const each of messages) remember(each);
    } catch (error) {
      // Stored or not: the feed sends it again, with the same id.
      options.onError?.(error, outgoing);
    }
  };
  const begin = (messages: readonly Sendable[]): void => {
    const work = sendNow(messages);
    inHand.add(work);
    void work.finally(() => inHand.delete(work));
  };
  const settled = async (): Promise<void> => {
    await Promise.all(inHand);
  };

  const relay = createRelay({
    ...options,
    route: (event) => options.route(event).filter((each) => stored.get(event.eventId)?.has(nameOf(each)) !== true),
  });
  return {
    appended(events) {
      try {
        const messages = events
          .flatMap((event) => options.route(event).map((outgoing) => ({ eventId: event.eventId, outgoing })))
          .filter(({ outgoing }) => mayOvertake(outgoing.hub));
        // By hub: one that is away does not make the others send twice.
        for (const ofHub of Map.groupBy(messages, ({ outgoing }) => outgoing.hub).values()) {
          if (inHand.size < inHandMax) begin(ofHub);
        }
      } catch (error) {
        options.onError?.(error, []);
      }
    },
    settled,
    async handlePage(documents, context) {
      // The feed comes by while the sends are under way, because the same append has woken it.
      await settled();
      await relay.handlePage(documents, context);
      for (const { eventId } of documents) stored.delete(eventId);
    },
    publish: relay.publish,
  };
}
