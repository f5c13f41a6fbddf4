import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { startProxy, type TcpProxy } from './tcp-proxy.ts';

/** Says back what it is told, and keeps what it heard. */
interface Echo {
  readonly server: Server;
  readonly port: number;
  readonly heard: () => string;
}

const open: { close(): unknown }[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const one of open.splice(0)) await one.close();
});

async function echo(): Promise<Echo> {
  let heard = '';
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      heard += String(bytes);
      socket.write(bytes);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(server);
  return { server, port: (server.address() as AddressInfo).port, heard: () => heard };
}
async function proxied(...upstreams: number[]): Promise<TcpProxy> {
  const proxy = await startProxy(upstreams);
  open.push(proxy);
  return proxy;
}
/** A client; `heard` is what was said to it, `closed` resolves when the connection is no more. */
function client({ port }: TcpProxy) {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  let text = '';
  socket.on('data', (bytes: Buffer) => void (text += String(bytes)));
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
  const hears = async (what: string): Promise<void> => {
    while (!text.includes(what)) await once(socket, 'data');
  };
  return { say: (what: string) => void socket.write(what), hears, heard: () => text, closed, socket };
}
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe('a proxy between two', () => {
  it('passes everything on in both directions, and the end of what is said', async () => {
    const proxy = await proxied((await echo()).port);
    const { say, hears, socket, closed } = client(proxy);
    say('one ');
    say('two');
    await hears('one two');
    const large = 'x'.repeat(3_000_000);
    say(`${large}!`);
    await hears('!');
    socket.end();
    await closed;
  });

  it('delays: what is said arrives whole and in its order, later', async () => {
    const proxy = await proxied((await echo()).port);
    const { say, hears, heard } = client(proxy);
    say('a');
    await hears('a');
    const end = proxy.begin({ kind: 'delay', ms: 60 });
    const began = performance.now();
    say('b');
    say('c');
    await hears('abc');
    expect(performance.now() - began).toBeGreaterThanOrEqual(118);
    expect(heard()).toBe('abc');
    expect(end()).toBeGreaterThanOrEqual(2);
  });

  it('what is delayed arrives at once when the fault ends', async () => {
    const proxy = await proxied((await echo()).port);
    const { say, hears } = client(proxy);
    const end = proxy.begin({ kind: 'delay', ms: 100_000 });
    say('late');
    await new Promise((resolve) => setTimeout(resolve, 30));
    end();
    await hears('late');
  });

  it('cuts: connections break, new ones too, until the fault ends', async () => {
    const proxy = await proxied((await echo()).port);
    const before = client(proxy);
    before.say('a');
    await before.hears('a');
    const end = proxy.begin({ kind: 'cut' });
    await before.closed;
    await client(proxy).closed;
    expect(end()).toBe(2);
    const after = client(proxy);
    after.say('b');
    await after.hears('b');
  });

  it('black-holes everything: nothing arrives before the fault ends, and everything then', async () => {
    const { port, heard } = await echo();
    const proxy = await proxied(port);
    const { say, hears } = client(proxy);
    say('a');
    await hears('a');
    const end = proxy.begin({ kind: 'black-hole', swallows: 'all', end: 'arrives' });
    say('b');
    const other = client(proxy);
    other.say('c');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(heard()).toBe('a');
    expect(end()).toBe(2);
    await hears('ab');
    await other.hears('c');
  });

  it('black-holes the answers: what is asked is done, and the connection breaks instead of the answer', async () => {
    const { port, heard } = await echo();
    const proxy = await proxied(port);
    const asking = client(proxy);
    const end = proxy.begin({ kind: 'black-hole', swallows: 'answers', end: 'breaks' });
    asking.say('do it');
    await until(() => heard() === 'do it');
    end();
    await asking.closed;
    expect(asking.heard()).toBe('');
  });

  it('tells that nothing met a fault', async () => {
    const proxy = await proxied((await echo()).port);
    expect(proxy.begin({ kind: 'delay', ms: 10 })()).toBe(0);
  });

  it('takes servers in turn, and one that is there for one that is not', async () => {
    const [one, two] = [await echo(), await echo()];
    const gone = await echo();
    gone.server.close();
    const proxy = await proxied(one.port, gone.port, two.port);
    for (const name of ['1', '2', '3', '4', '5', '6']) {
      const { say, hears } = client(proxy);
      say(name);
      await hears(name);
    }
    expect([one.heard().length, two.heard().length].every((count) => count >= 2)).toBe(true);
    expect(one.heard().length + two.heard().length).toBe(6);
  });

  it('breaks the connection where no server is', async () => {
    const gone = await echo();
    gone.server.close();
    await client(await proxied(gone.port)).closed;
  });

  it('breaks the connection when the server dies', async () => {
    const dying = createServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    dying.listen(0, '127.0.0.1');
    await once(dying, 'listening');
    open.push(dying);
    const asking = client(await proxied((dying.address() as AddressInfo).port));
    asking.say('hello');
    await asking.closed;
  });
});
