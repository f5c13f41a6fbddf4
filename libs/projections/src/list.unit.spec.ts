import { type Container, ContainerError, type Refusal, memoryContainer, virtualRuntime } from '@daybook/ports';
import type { ItemPage, ListQuery, Projection } from './projection.ts';
import { type Seen, createCounter, events } from './test-support/counter.ts';

const filled = async (): Promise<Projection<Seen>> => {
  const readModel = memoryContainer({
    name: 'seen',
    partitionKey: ({ id }) => id,
    runtime: virtualRuntime({ seed: 1 }),
  });
  const { projection } = createCounter(readModel);
  for (let n = 10; n < 35; n += 1) await projection.apply(events(`thing-${n}`, 1, 1));
  return projection;
};
const pageOf = (answer: ItemPage<Seen> | Refusal): ItemPage<Seen> => {
  if ('refused' in answer) throw new Error(answer.code);
  return answer;
};
const byId: ListQuery = { orderBy: [{ field: 'id', direction: 'asc' }], limit: 10 };

describe('list', () => {
  it('gives every item once, in order, page by page', async () => {
    const projection = await filled();
    const ids: string[] = [];
    const sizes: number[] = [];
    let after: string | undefined;
    do {
      const page = pageOf(await projection.list(after === undefined ? byId : { ...byId, after }));
      ids.push(...page.items.map(({ streamId }) => streamId));
      sizes.push(page.items.length);
      after = page.next;
      if (after !== undefined) expect(after).toMatch(/^[A-Za-z0-9_-]+$/);
    } while (after !== undefined);
    expect(ids).toEqual(Array.from({ length: 25 }, (_, index) => `thing-${index + 10}`));
    expect(sizes.slice(0, 3)).toEqual([10, 10, 5]);
  });

  it('filters by fields of the state', async () => {
    const projection = await filled();
    const page = pageOf(await projection.list({ ...byId, where: [{ field: 'group', op: '=', value: 'thing-2' }] }));
    expect(page.items).toHaveLength(10);
  });

  it('refuses a cursor that is garbage, cut, or of another question', async () => {
    const projection = await filled();
    const { next = '' } = pageOf(await projection.list(byId));
    const other = { ...byId, where: [{ field: 'group', op: '=' as const, value: 'thing-2' }] };
    const answers = [
      await projection.list({ ...byId, after: '' }),
      await projection.list({ ...byId, after: 'garbage!' }),
      await projection.list({ ...byId, after: 'Z2FyYmFnZQ' }),
      await projection.list({ ...byId, after: next.slice(0, 8) }),
      await projection.list({ ...byId, after: 'A'.repeat(100_000) }),
      await projection.list({ ...other, after: next }),
    ];
    for (const answer of answers) expect(answer).toMatchObject({ refused: true, code: 'bad-cursor' });
  });

  it('refuses a cursor that the database does not know', async () => {
    let asked = 0;
    const readModel = {
      name: 'seen',
      async query() {
        asked += 1;
        if (asked > 1) throw new ContainerError('bad-request', 'seen', 'invalid continuation');
        return { documents: [], continuation: 'x', requestCharge: 1 };
      },
    } as unknown as Container;
    const { projection } = createCounter(readModel);
    await expect(projection.list(byId)).rejects.toThrow('invalid continuation');
    const { encodeCursor } = await import('./cursor.ts');
    const question = {
      where: [
        { field: 'readModel', op: '=', value: 'seen' },
        { field: 'hidden', op: '=', value: false },
      ],
      orderBy: byId.orderBy,
    };
    const after = encodeCursor('seen', question, 'from an older format');
    expect(await projection.list({ ...byId, after })).toMatchObject({ refused: true, code: 'bad-cursor' });
  });

  it.each([0, 1.5, 1_001])('refuses a limit of %d', async (limit) => {
    const projection = await filled();
    expect(await projection.list({ limit })).toMatchObject({ refused: true, code: 'bad-limit' });
  });
});
