import { type Endpoint } from '@daybook/contracts';
import { Router } from 'express';
import { z } from 'zod';
import { Problem } from '../http/problem.ts';
import { type Client, documented, serve } from './testing.ts';

let client: Client;
const thing: Endpoint = {
  ...{ method: 'GET', path: '/things/:id', summary: 'One thing', roles: ['customer'], scope: 'Orders.Read' },
  ...{ answers: { 200: z.strictObject({ id: z.string() }) }, problems: { 'thing-unknown': 404 } },
};
const other: Endpoint = { ...thing, path: '/others/:id' };

beforeAll(async () => {
  const routes = Router().get('/things/:id', ({ params: { id } }, response) => {
    if (id === 'none') throw new Problem(404, 'thing-unknown', 'There is none.');
    if (id === 'odd') throw new Problem(409, 'thing-odd', 'It is odd.');
    response.status(id === 'new' ? 201 : 200).json(id === 'more' ? { id, more: 1 } : { id });
  });
  client = await serve(routes);
});
afterAll(() => client.close());

it('gives on what is documented, and knows what was not driven', async () => {
  const driver = documented(client, [thing, other]);
  expect((await driver.get('/things/a?x=1')).body).toEqual({ id: 'a' });
  expect(driver.undriven()).toEqual({
    success: ['GET /others/:id'],
    problem: ['GET /things/:id', 'GET /others/:id'],
  });
  expect((await driver.get('/things/none')).status).toBe(404);
  expect(driver.undriven().problem).toEqual(['GET /others/:id']);
});

it.each([
  ['/things/more', /GET \/things\/:id answered 200 .*Unrecognized key/s],
  ['/things/new', /documented are 200/],
  ['/things/odd', /of this code no status is documented/],
  ['/elsewhere', /GET \/elsewhere is not documented/],
])('finds what is not documented at %s', async (path, message) => {
  await expect(documented(client, [thing]).get(path)).rejects.toThrow(message);
});
