import type { Container, OperationInput } from '@azure/cosmos';

/** What an attack is aimed at: the SDK's container, opened as the attacker, and a stream of three events in it. */
export interface Victim {
  readonly container: Container;
  readonly streamId: string;
}

/** One way to change what must not change. */
export interface Attack {
  readonly name: string;
  /** Where it is aimed: single items, or the container around them. */
  readonly at: 'items' | 'container';
  readonly run: (victim: Victim) => Promise<unknown>;
}

/** The documents are the forger's; what the victim holds is read from the database each time. */
const forged = (streamId: string, id: string) => ({
  id,
  streamId,
  version: Number(id),
  data: { forged: true },
  dedup: `forged-${id}#0`,
});

const created = (streamId: string): OperationInput => ({
  operationType: 'Create',
  resourceBody: forged(streamId, '99'),
});

const inBatch = (name: string, operation: (streamId: string) => OperationInput): Attack => ({
  name: `a batch with ${name}`,
  at: 'items',
  run: ({ container, streamId }) => container.items.batch([created(streamId), operation(streamId)], streamId),
});

const onItem = (name: string, run: Attack['run']): Attack => ({ name, at: 'items', run });
const onContainer = (name: string, run: Attack['run']): Attack => ({ name, at: 'container', run });

const definitionWith =
  (change: object): Attack['run'] =>
  async ({ container }) => {
    const { resource } = await container.read();
    return container.replace({ ...resource, id: container.id, ...change });
  };

/** Every way that the protocol has to change or remove a stored event, or to make the database do it. */
export const attacks: readonly Attack[] = [
  onItem('replace', ({ container, streamId }) => container.item('1', streamId).replace(forged(streamId, '1'))),
  onItem('replace with the right etag', async ({ container, streamId }) => {
    const item = container.item('2', streamId);
    const condition = (await item.read()).etag;
    return item.replace(forged(streamId, '2'), { accessCondition: { type: 'IfMatch', condition } });
  }),
  onItem('upsert', ({ container, streamId }) => container.items.upsert(forged(streamId, '2'))),
  onItem('upsert of a new event', ({ container, streamId }) => container.items.upsert(forged(streamId, '99'))),
  onItem('patch', ({ container, streamId }) =>
    container.item('2', streamId).patch([{ op: 'set', path: '/data/forged', value: true }]),
  ),
  onItem('patch of the ttl', ({ container, streamId }) =>
    container.item('2', streamId).patch({ operations: [{ op: 'add', path: '/ttl', value: 1 }] }),
  ),
  onItem('delete', ({ container, streamId }) => container.item('3', streamId).delete()),
  inBatch('replace', (streamId) => ({ operationType: 'Replace', id: '1', resourceBody: forged(streamId, '1') })),
  inBatch('upsert', (streamId) => ({ operationType: 'Upsert', resourceBody: forged(streamId, '1') })),
  inBatch('patch', () => ({
    operationType: 'Patch',
    id: '1',
    resourceBody: { operations: [{ op: 'set', path: '/version', value: 7 }] },
  })),
  inBatch('delete', () => ({ operationType: 'Delete', id: '3' })),
  onItem('a bulk delete', async ({ container, streamId }) => {
    const [result] = await container.items.executeBulkOperations([
      { operationType: 'Delete', id: '3', partitionKey: streamId },
    ]);
    if (result?.error !== undefined) throw result.error;
    return result?.response;
  }),
  onItem('delete of the whole partition', ({ container, streamId }) =>
    container.deleteAllItemsForPartitionKey(streamId),
  ),
  onContainer('a default TTL on the container', definitionWith({ defaultTtl: 1 })),
  onContainer(
    'another indexing policy',
    definitionWith({
      indexingPolicy: { automatic: false, indexingMode: 'none', includedPaths: [], excludedPaths: [] },
    }),
  ),
  onContainer('delete of the container', ({ container }) => container.delete()),
  onContainer('delete of the database', ({ container }) => container.database.delete()),
  onContainer('another container beside it', ({ container }) =>
    container.database.containers.create({ id: `${container.id}-forged`, partitionKey: { paths: ['/streamId'] } }),
  ),
  onContainer('another throughput', async ({ container }) => {
    const { offer } = await container.readOffer();
    return offer?.replace({ id: offer.id, offerVersion: 'V2', content: { offerThroughput: 400 } } as never);
  }),
  onContainer('a stored procedure', ({ container }) =>
    container.scripts.storedProcedures.create({ id: 'forge', body: 'function forge() {}' }),
  ),
  onContainer('running a stored procedure', ({ container, streamId }) =>
    container.scripts.storedProcedure('forge').execute(streamId),
  ),
  onContainer('a trigger', ({ container }) =>
    container.scripts.triggers.create({
      id: 'forge',
      body: 'function forge() {}',
      triggerType: 'Pre' as never,
      triggerOperation: 'All' as never,
    }),
  ),
  onContainer('a function', ({ container }) =>
    container.scripts.userDefinedFunctions.create({ id: 'forge', body: 'function forge() {}' }),
  ),
];
