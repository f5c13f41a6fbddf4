import { memoryContainer, virtualRuntime } from '@daybook/ports';
import { createKeptAnswers } from './kept-answers.ts';

const runtime = virtualRuntime({ seed: 1 });
const request = { scope: 'order-o1', commandKey: 'http:ann/a/b#c?', fingerprint: 'f1' };
const answer = { status: 202, location: '/v1/orders/o1', etag: '"2"', body: { orderId: 'o1' } };
const container = (fails = () => false) =>
  memoryContainer({
    ...{ name: 'answers', runtime, partitionKey: ({ id }) => id },
    faults: () => (fails() ? 'before' : undefined),
  });

it('finds what was kept, and only for the very request', async () => {
  const answers = createKeptAnswers({ container: container() });
  answers.keep(request, answer);
  await answers.settled();
  expect(await answers.find(request)).toEqual(answer);
  for (const other of [{ scope: 'order-o2' }, { commandKey: 'http:bob/a' }, { fingerprint: 'f2' }]) {
    expect(await answers.find({ ...request, ...other })).toBeUndefined();
  }
});

it('keeps the first of two answers', async () => {
  const answers = createKeptAnswers({ container: container() });
  answers.keep(request, answer);
  await answers.settled();
  answers.keep(request, { ...answer, status: 200 });
  await answers.settled();
  expect(await answers.find(request)).toEqual(answer);
});

it('fails nobody: what cannot be kept or found is told and not there', async () => {
  let away = true;
  const lost: unknown[] = [];
  const answers = createKeptAnswers({ container: container(() => away), onLost: (error) => void lost.push(error) });
  answers.keep(request, answer);
  await answers.settled();
  expect(await answers.find(request)).toBeUndefined();
  away = false;
  expect(await answers.find(request)).toBeUndefined();
  expect(lost).toHaveLength(2);
});

it('takes no more than can be written', async () => {
  const lost: unknown[] = [];
  const answers = createKeptAnswers({
    ...{ container: container(), writingMax: 2 },
    onLost: (error) => void lost.push(error),
  });
  for (const commandKey of ['a', 'b', 'c']) answers.keep({ ...request, commandKey }, answer);
  await answers.settled();
  const found = await Promise.all(['a', 'b', 'c'].map((commandKey) => answers.find({ ...request, commandKey })));
  expect(found.map((each) => each !== undefined)).toEqual([true, true, false]);
  expect(lost).toHaveLength(1);
});
