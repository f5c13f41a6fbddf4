import { hubs } from '@daybook/contracts';

/** What the official Event Hubs emulator reads when it starts: it makes no hub afterwards. */
export const officialEmulatorFile = 'infra/local/event-hubs.config.json';

/** The hubs and consumer groups of the contracts, in that emulator's words. */
export function officialEmulatorText(): string {
  const entities = hubs.map(({ name, partitions, consumerGroups }) => ({
    Name: name,
    PartitionCount: String(partitions),
    ConsumerGroups: consumerGroups.map((group) => ({ Name: group })),
  }));
  const namespace = { Type: 'EventHub', Name: 'emulatorNs1', Entities: entities };
  const config = { UserConfig: { NamespaceConfig: [namespace], LoggingConfig: { Type: 'File' } } };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}
