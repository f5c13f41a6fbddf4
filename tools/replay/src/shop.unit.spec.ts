import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connectShop, expectStatus, numberIn, type Shop } from './shop.ts';

let server: Server;
const serving = async (listener: RequestListener): Promise<Shop> => {
  server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return connectShop({ order: url, inventory: url, payment: url, fulfilment: url });
};
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

describe('the shop over HTTP', () => {
  it('is sent a command again, with the same key, while it is busy or its answer is lost', async () => {
    const keys: unknown[] = [];
    const shop = await serving((request, response) => {
      keys.push(request.headers['idempotency-key']);
      if (keys.length === 1) response.writeHead(503).end('{"code":"busy"}');
      else if (keys.length === 2) request.socket.destroy();
      else response.writeHead(202, { 'content-type': 'application/json' }).end('{"version":7}');
    });
    const answer = await shop.post('order', '/v1/orders', {}, 'row-1');
    expect(answer).toEqual({ status: 202, body: { version: 7 } });
    expect(keys).toEqual(['row-1', 'row-1', 'row-1']);
  });

  it('is believed when it refuses: a refusal is an answer', async () => {
    const shop = await serving((_request, response) => {
      response.writeHead(409).end('{"code":"insufficient-stock","available":3}');
    });
    const answer = await shop.get('inventory', '/v1/stock/10000');
    expect(numberIn(answer, 'available')).toBe(3);
    expect(() => numberIn(answer, 'code')).toThrow('the answer has no number code');
    expect(() => expectStatus(answer, [200], 'stock')).toThrow('stock: 409');
  });
});
