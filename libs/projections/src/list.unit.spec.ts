import { type Container, type Refusal, memoryContainer, virtualRuntime } from '@daybook/ports';
import type { ItemPage, ListQuery, Projection, ReadModelItem } from './projection.ts';
import { type SeenVersions, createCounter, events } from './test-support/counter.ts';

const filled = async (
  name = 'seen',
  wrap: (inner: Container) => Container = (inner) => inner,
): Promise<Projection<SeenVersions>> => {
  const readModel = memoryContainer({
    name: 'seen',
    partitionKey: ({ id }) => id,
    runtime: virtualRuntime({ seed: 1 }),
  });
  const { projection } = createCounter(wrap(readModel), { name });
  for (let n = 10; n < 35; n += 1) await projection.apply(events(`thing-${n}`, 1, 1));
  return projection;
};
const pageOf = (answer: ItemPage<ReadModelItem<SeenVersions>> | Refusal) => {
  if ('refused' in answer) throw new Error(answer.code);
  return answer;
};
const byId: ListQuery = { orderBy: { field: 'id', direction: 'asc' }, limit: 10 };

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

  it('goes on in another build with a cursor of this one', async () => {
    const [one, two] = [await filled('seen@1'), await filled('seen@2')];
    const first = pageOf(await one.list({ limit: 20 }));
    const rest = pageOf(await two.list({ limit: 20, after: String(first.next) }));
    expect([first.items.length, rest.items.map(({ streamId }) => streamId), rest.next]).toEqual([
      20,
      ['thing-30', 'thing-31', 'thing-32', 'thing-33', 'thing-34'],
      undefined,
    ]);
  });

  it('goes on by itself where the database gives a part', async () => {
    const projection = await filled('seen', (inner) => ({
      ...inner,
      query: (query) => inner.query({ ...query, limit: Math.min(query.limit, 7) }),
    }));
    const page = pageOf(await projection.list({ orderBy: { field: 'streamId', direction: 'desc' }, limit: 25 }));
    expect([page.items.length, page.items[0]?.streamId, page.next]).toEqual([25, 'thing-34', undefined]);
  });

  it('says so where the order does not tell all documents apart', async () => {
    const projection = await filled();
    const list = projection.list({ orderBy: { field: 'group', direction: 'asc' }, limit: 5 });
    await expect(list).rejects.toMatchObject({ code: 'bad-order' });
  });

  it.each([0, 1.5, 1_001])('refuses a limit of %d', async (limit) => {
    const projection = await filled();
    expect(await projection.list({ limit })).toMatchObject({ refused: true, code: 'bad-limit' });
  });
});
