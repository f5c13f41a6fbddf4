import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hubs } from '@daybook/contracts';
import { findRoot } from './settings.ts';

describe('the configuration of the official Event Hubs emulator', () => {
  it('has the hubs and consumer groups of the contracts', () => {
    const file = join(findRoot(process.cwd()), 'infra', 'local', 'event-hubs.config.json');
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const entities = hubs.map(({ name, partitions, consumerGroups }) => ({
      Name: name,
      PartitionCount: String(partitions),
      ConsumerGroups: consumerGroups.map((group) => ({ Name: group })),
    }));
    expect(content).toMatchObject({ UserConfig: { NamespaceConfig: [{ Entities: entities }] } });
  });
});
