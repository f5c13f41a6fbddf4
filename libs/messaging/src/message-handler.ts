import type { CloudEvent } from '@daybook/contracts';

/** Handles a message of a hub; idempotent. See `MessageConsumerOptions.handle` and, for several of one key, `.handleTogether`. */
export interface MessageHandler {
  (message: CloudEvent): Promise<void>;
  readonly handleTogether?: (messages: readonly CloudEvent[]) => Promise<void>;
}
