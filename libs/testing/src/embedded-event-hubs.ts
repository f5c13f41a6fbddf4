import { type EventHubsEmulator, type HubConfig, createEventHubsEmulator } from '@daybook/event-hubs-emulator';

export interface EmbeddedEventHubs {
  /** For `eventHubsProducer` and `eventHubsConsumer`. */
  readonly connectionString: string;
  /** Faults by chance, from a seed. */
  readonly faults: EventHubsEmulator['faults'];
  /** How far consumer groups are behind. */
  readonly lag: EventHubsEmulator['lag'];
  close(): Promise<void>;
}

/** An Event Hubs emulator in this process and in memory, on a free port: AMQP needs a socket. Consumers need a blob store too. */
export async function embeddedEventHubs(options: { readonly hubs: readonly HubConfig[] }): Promise<EmbeddedEventHubs> {
  const emulator = createEventHubsEmulator({ storage: ':memory:', hubs: options.hubs });
  const { connectionString } = await emulator.listen();
  const { faults, lag } = emulator;
  return { connectionString, faults, lag, close: () => emulator.close() };
}
