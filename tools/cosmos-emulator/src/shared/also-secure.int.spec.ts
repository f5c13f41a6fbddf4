import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { connect as connectSecurely, TLSSocket } from 'node:tls';
import { alsoSecure } from './also-secure.ts';
import type { Undecided } from './also-secure.ts';
import { createCertificate } from './certificate.ts';
import type { Certificate } from './certificate.ts';

describe('a server that speaks TLS as well, on one port', () => {
  let certificate: Certificate;
  let server: Server;
  let undecided: Undecided;
  let port: number;
  const clients: Socket[] = [];

  beforeAll(async () => {
    certificate = await createCertificate('127.0.0.1');
  });
  beforeEach(async () => {
    // Says what it takes the connection for, and everything again.
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write(socket instanceof TLSSocket ? 'secure:' : 'plain:');
      socket.pipe(socket);
    });
    undecided = alsoSecure(server, certificate);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    undecided.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  });

  const open = (how: 'plain' | 'secure', ca = certificate.cert): Socket => {
    const to = { host: '127.0.0.1', port };
    const client = how === 'plain' ? connect(to) : connectSecurely({ ...to, ca });
    clients.push(client.on('error', () => undefined));
    return client;
  };
  const answer = async (client: Socket, text: string): Promise<string> => {
    client.end(text);
    const chunks: Buffer[] = [];
    for await (const chunk of client as AsyncIterable<Buffer>) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  };

  it('tells each by its first byte, and loses none', async () => {
    const large = 'x'.repeat(1_000_000);
    const kinds = Array.from({ length: 20 }, (_unused, index) => (index % 2 === 0 ? 'plain' : 'secure'));
    const answers = await Promise.all(kinds.map((how) => answer(open(how), large)));
    expect(answers.map((text) => text.slice(0, -large.length))).toEqual(kinds.map((how) => `${how}:`));
    expect(answers.every((text) => text.endsWith(large))).toBe(true);
  });

  it('goes on when somebody does not trust it, or speaks no TLS after all', async () => {
    const [error] = (await once(open('secure', (await createCertificate('127.0.0.1')).cert), 'error')) as [Error];
    expect(error.message).toMatch(/self-signed|signature/);
    const rubbish = open('plain');
    rubbish.write(Buffer.from([0x16, 1, 2, 3, 4, 5, 6, 7, 8]));
    await once(rubbish, 'close');
    expect(await answer(open('secure'), '.')).toBe('secure:.');
  });

  it('is not kept from closing by those who have said nothing', async () => {
    const silent = open('plain');
    const halfway = open('plain');
    halfway.write(Buffer.from([0x16, 3, 1]));
    await Promise.all([once(silent, 'connect'), once(halfway, 'connect')]);
    await answer(open('plain'), '.');
    const closed = new Promise((resolve) => server.close(resolve));
    undecided.destroy();
    await closed;
  });
});
