import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type Lane, openLane } from './lane.ts';

/** What befalls a link between two processes, for as long as it lasts. */
export type LinkFault =
  /** Every piece of bytes arrives so much later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Connections break, and new ones, too. */
  | { readonly kind: 'cut' }
  /**
   * Connections stand and nothing arrives: in both directions, or only what the server says, so that what is asked is done. At the
   * end the bytes arrive after all, or the connections break.
   */
  | { readonly kind: 'black-hole'; readonly swallows: 'all' | 'answers'; readonly end: 'arrives' | 'breaks' };

/** Listens on loopback and passes everything on, as long as no fault is there. */
export interface TcpProxy {
  readonly port: number;
  /** Begins a fault, in the place of the one before. The function that is returned ends it, and tells how many connections and pieces of bytes it met. */
  begin(fault: LinkFault): () => number;
  close(): Promise<void>;
}

const loopback = '127.0.0.1';

/** Starts a proxy. Connections go to the upstream ports in turn; one that refuses is passed over. */
export async function startProxy(upstreams: readonly number[], port = 0): Promise<TcpProxy> {
  const open = new Set<Connection>();
  let fault: LinkFault | undefined;
  let met = 0;
  let turn = 0;

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    if (fault?.kind === 'cut') {
      met += 1;
      client.resetAndDestroy();
      return;
    }
    turn += 1;
    const order = upstreams.map((_, index) => upstreams[(turn + index) % upstreams.length] ?? 0);
    const connection = connectThrough(client, order, () => void (met += 1));
    open.add(connection);
    client.once('close', () => open.delete(connection));
    connection.suffer(fault);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: loopback, port }, resolve);
  });
  const breakAll = (): void => {
    for (const connection of open) connection.break();
  };
  return {
    port: (server.address() as AddressInfo).port,
    begin(next) {
      fault = next;
      met = 0;
      if (next.kind === 'cut') {
        met = open.size;
        breakAll();
      } else for (const connection of open) connection.suffer(next);
      return () => {
        if (fault !== next) return met;
        fault = undefined;
        if (next.kind === 'black-hole' && next.end === 'breaks') breakAll();
        else for (const connection of open) connection.suffer(undefined);
        return met;
      };
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        breakAll();
      }),
  };
}

interface Connection {
  suffer(fault: LinkFault | undefined): void;
  break(): void;
}

function connectThrough(client: Socket, ports: readonly number[], struck: () => void): Connection {
  let fault: LinkFault | undefined;
  let upstream: Socket | undefined;
  let lanes: { readonly there: Lane; readonly back: Lane } | undefined;
  let broken = false;

  const breakOff = (): void => {
    broken = true;
    lanes?.there.close();
    lanes?.back.close();
    client.resetAndDestroy();
    upstream?.destroy();
  };
  const apply = (): void => {
    if (lanes === undefined) return;
    const { there, back } = lanes;
    switch (fault?.kind) {
      case 'delay':
        there.suffer(fault);
        back.suffer(fault);
        return;
      case 'black-hole':
        there.suffer(fault.swallows === 'all' ? { kind: 'hold' } : undefined);
        back.suffer({ kind: 'hold' });
        return;
      default:
        there.suffer(undefined);
        back.suffer(undefined);
    }
  };
  const tryNext = ([port, ...others]: readonly number[]): void => {
    if (port === undefined || broken) return breakOff();
    const socket = connect({ host: loopback, port, allowHalfOpen: true, noDelay: true });
    upstream = socket;
    socket.on('error', () => {
      if (lanes === undefined) tryNext(others);
      else breakOff();
    });
    socket.once('connect', () => {
      if (broken) return void socket.destroy();
      lanes = { there: openLane(client, socket, struck), back: openLane(socket, client, struck) };
      socket.once('close', () => {
        // What it said last is on its way when it closed in peace.
        if (!client.writableEnded && fault === undefined) breakOff();
      });
      apply();
    });
  };
  client.on('error', breakOff);
  client.once('close', () => upstream?.destroy());
  tryNext(ports);
  return {
    suffer(next) {
      fault = next;
      apply();
    },
    break: breakOff,
  };
}
