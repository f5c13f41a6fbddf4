import type { Server, Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { Certificate } from './certificate.ts';

/** How a TLS handshake begins. Neither HTTP nor AMQP does. */
const handshakeByte = 0x16;
/** How long a client may take to say its first byte, and for its handshake. */
const decideTimeoutMs = 10_000;

/** Connections that are neither yet. */
export interface Undecided {
  /** Ends them: nothing else would, while the server closes. */
  destroy(): void;
}

/**
 * Makes a server speak TLS as well, on the same port: the first byte of a connection tells which it is. Those who listen for
 * connections so far get them as before, plain ones as they are and secure ones after their handshake.
 */
export const alsoSecure = (server: Server, { cert, key }: Certificate): Undecided => {
  const serve = server.listeners('connection') as ((this: Server, socket: Socket) => void)[];
  const undecided = new Map<string, Socket>();
  const nameOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;
  const hand = (socket: Socket): void => serve.forEach((each) => each.call(server, socket));

  // It never listens: it only makes its handshakes on connections that are handed to it.
  const secure = createServer({ cert, key, handshakeTimeout: decideTimeoutMs }, (socket) => {
    undecided.delete(nameOf(socket));
    hand(socket);
  });
  // A client that does not trust the certificate goes away; that is its own affair.
  secure.on('tlsClientError', () => undefined);

  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    const name = nameOf(socket);
    const destroy = (): void => void socket.destroy();
    const silent = setTimeout(destroy, decideTimeoutMs).unref();
    undecided.set(name, socket);
    socket.once('error', destroy);
    socket.once('close', () => {
      clearTimeout(silent);
      if (undecided.get(name) === socket) undecided.delete(name);
    });
    socket.once('data', (first: Buffer) => {
      clearTimeout(silent);
      socket.pause();
      socket.unshift(first);
      if (first[0] === handshakeByte) secure.emit('connection', socket);
      else {
        undecided.delete(name);
        socket.off('error', destroy);
        hand(socket);
      }
      // What was given back is read by whoever serves it now.
      process.nextTick(() => socket.resume());
    });
  });
  return {
    destroy: () => {
      for (const socket of [...undecided.values()]) socket.destroy();
    },
  };
};
