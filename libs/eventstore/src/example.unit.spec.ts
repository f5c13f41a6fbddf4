import { count } from './example.ts';

describe('the example of the README', () => {
  it('counts up to ten', async () => {
    expect(await count(4, 5, 3, 1)).toEqual(['appended v1', 'appended v2', 'refused v2', 'appended v3']);
  });
});
