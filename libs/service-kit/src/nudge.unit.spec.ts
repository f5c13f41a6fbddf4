import { type Document, memoryContainer, virtualRuntime } from '@daybook/ports';
import { tellingContainer } from './nudge.ts';

const create = (id: string) => ({ kind: 'create', document: { id } }) as const;

it('a container tells of what this process wrote, and of nothing else', async () => {
  const inner = memoryContainer({ name: 'events', runtime: virtualRuntime(), partitionKey: ({ id }) => id });
  const told: (readonly Document[])[] = [];
  const container = tellingContainer(inner, (created) => told.push(created));

  await container.batch('1', [create('1')]);
  expect(told).toEqual([[{ id: '1' }]]);
  expect(await container.batch('1', [create('1')])).toMatchObject({ applied: false });
  await container.batch('1', [{ kind: 'read', id: '1' }]);
  await container.read('1', '1');
  await container.query({ limit: 1 });
  for (const range of await container.feedRanges()) await container.feedPage({ range, limit: 1 });
  expect(told).toEqual([[{ id: '1' }]]);
});
