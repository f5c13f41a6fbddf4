import { type Document, memoryContainer } from '@daybook/ports';
import { eventStoreBehaviour } from './behaviour.ts';
import { instantRuntime } from './test-support/fixtures.ts';

eventStoreBehaviour(
  'a container in memory',
  async () => ({
    container: memoryContainer<Document>({
      name: 'events',
      runtime: instantRuntime(),
      partitionKey: (document) => String(document['streamId']),
      uniqueKeys: ['/dedup'],
    }),
  }),
  { histories: 2_000 },
);
