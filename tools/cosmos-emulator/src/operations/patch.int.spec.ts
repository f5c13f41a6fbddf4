import { CosmosClient } from '@azure/cosmos';
import type { Container, PatchRequestBody } from '@azure/cosmos';
import type { CosmosEmulator } from '../index.ts';
import { createCosmosEmulator, EMULATOR_KEY } from '../index.ts';

describe('patch', () => {
  let emulator: CosmosEmulator;
  let client: CosmosClient;
  let container: Container;

  beforeAll(async () => {
    emulator = createCosmosEmulator({ storage: ':memory:' });
    client = new CosmosClient({
      endpoint: 'https://embedded.invalid',
      key: EMULATOR_KEY,
      httpClient: emulator.httpClient,
    });
    const { database } = await client.databases.create({ id: 'shop' });
    ({ container } = await database.containers.create({ id: 'items', partitionKey: { paths: ['/at/pk'] } }));
  });
  beforeEach(async () => {
    await container.items.upsert({ id: 'a', at: { pk: 'p', city: 'x' }, n: 1, list: [1, 2], 'a/b': { '~': 0 } });
  });
  afterAll(async () => {
    client.dispose();
    await emulator.close();
  });

  const patch = async (body: PatchRequestBody): Promise<unknown> =>
    (await container.item('a', 'p').patch<object>(body)).resource;
  const statusOf = (body: PatchRequestBody): Promise<unknown> =>
    patch(body).then(
      () => 200,
      (error: { code: unknown }) => error.code,
    );

  it.each<[string, PatchRequestBody, object]>([
    ['add', [{ op: 'add', path: '/new', value: { deep: [] } }], { new: { deep: [] } }],
    ['add over what is there', [{ op: 'add', path: '/n', value: null }], { n: null }],
    ['add into an array', [{ op: 'add', path: '/list/1', value: 9 }], { list: [1, 9, 2] }],
    ['add at the end of an array', [{ op: 'add', path: '/list/-', value: 9 }], { list: [1, 2, 9] }],
    ['set', [{ op: 'set', path: '/at/street', value: 's' }], { at: { pk: 'p', city: 'x', street: 's' } }],
    ['set in an array', [{ op: 'set', path: '/list/1', value: 9 }], { list: [1, 9] }],
    ['replace', [{ op: 'replace', path: '/at/city', value: 'y' }], { at: { pk: 'p', city: 'y' } }],
    ['remove from an array', [{ op: 'remove', path: '/list/0' }], { list: [2] }],
    ['incr', [{ op: 'incr', path: '/n', value: -2.5 }], { n: -1.5 }],
    ['incr of what is not there', [{ op: 'incr', path: '/m', value: 3 }], { m: 3 }],
    ['escaped names', [{ op: 'set', path: '/a~1b/~0', value: 1 }], { 'a/b': { '~': 1 } }],
    [
      'several operations, each on what the one before left',
      [
        { op: 'add', path: '/x', value: { y: 1 } },
        { op: 'incr', path: '/x/y', value: 1 },
        { op: 'remove', path: '/n' },
      ],
      { x: { y: 2 } },
    ],
  ])('can %s', async (_name, body, expected) => {
    const before = (await container.item('a', 'p').read()).resource as { _etag: string };
    const after = (await patch(body)) as { _etag: string };
    expect(after).toMatchObject(expected);
    expect(after._etag).not.toBe(before._etag);
    expect((await container.item('a', 'p').read()).resource).toEqual(after);
  });

  it.each<[string, PatchRequestBody]>([
    ['no operations', []],
    ['eleven operations', Array.from({ length: 11 }, () => ({ op: 'incr', path: '/n', value: 1 }) as const)],
    ['the id', [{ op: 'set', path: '/id', value: 'b' }]],
    ['a system property', [{ op: 'set', path: '/_ts', value: 1 }]],
    ['the partition key', [{ op: 'set', path: '/at/pk', value: 'q' }]],
    ['what holds the partition key', [{ op: 'set', path: '/at', value: { pk: 'p' } }]],
    ['a path that is not there', [{ op: 'replace', path: '/none', value: 1 }]],
    ['a parent that is not there', [{ op: 'add', path: '/none/x', value: 1 }]],
    ['an index beyond the end', [{ op: 'add', path: '/list/3', value: 1 }]],
    ['removing what is not there', [{ op: 'remove', path: '/none' }]],
    ['incrementing a text', [{ op: 'incr', path: '/at/city', value: 1 }]],
    ['a path without a slash', [{ op: 'set', path: 'n', value: 1 }]],
    ['an operation that there is not', [{ op: 'test' as 'set', path: '/n', value: 1 }]],
    ['a condition that is none', { operations: [{ op: 'set', path: '/n', value: 2 }], condition: 'c.n = 1' }],
    ['a ttl of 0', [{ op: 'set', path: '/ttl', value: 0 }]],
  ])('refuses %s with 400 and changes nothing', async (_name, body) => {
    const before = (await container.item('a', 'p').read()).resource;
    expect(await statusOf(body)).toBe(400);
    expect((await container.item('a', 'p').read()).resource).toEqual(before);
  });

  it('holds to its condition and to an etag', async () => {
    const operations = [{ op: 'incr', path: '/n', value: 1 }] as const;
    expect(await statusOf({ operations: [...operations], condition: 'from c where c.n = 2' })).toBe(412);
    expect(await statusOf({ operations: [...operations], condition: 'from c where c.n = 1' })).toBe(200);
    const item = container.item('a', 'p');
    const stale = item.patch([...operations], { accessCondition: { type: 'IfMatch', condition: '"x"' } });
    await expect(stale).rejects.toMatchObject({ code: 412 });
    await expect(container.item('none', 'p').patch([...operations])).rejects.toMatchObject({ code: 404 });
  });

  it('is part of a batch, whole or not at all', async () => {
    const batch = (condition: string) =>
      container.items.batch(
        [
          { operationType: 'Create', resourceBody: { id: 'b', at: { pk: 'p' } } },
          {
            operationType: 'Patch',
            id: 'a',
            resourceBody: { operations: [{ op: 'set', path: '/n', value: 7 }], condition },
          },
        ],
        'p',
      );
    expect((await batch('from c where c.n > 1')).result?.map((each) => each.statusCode)).toEqual([424, 412]);
    expect((await container.item('b', 'p').read()).statusCode).toBe(404);
    expect((await batch('from c where c.n = 1')).result?.map((each) => each.statusCode)).toEqual([201, 200]);
    expect((await container.item('a', 'p').read()).resource).toMatchObject({ n: 7 });
  });
});
