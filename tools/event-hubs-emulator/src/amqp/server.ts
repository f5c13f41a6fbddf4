import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Connection, Container, EventContext, Receiver, Sender } from 'rhea';
import rhea from 'rhea';
import { alsoSecure } from '@daybook/cosmos-emulator/shared';
import type { Certificate } from '@daybook/cosmos-emulator/shared';
import type { Access } from '../access/access.ts';
import type { Right } from '../access/roles.ts';
import { breakOf } from '../faults/fault.ts';
import type { NextFault } from '../faults/injector.ts';
import type { Namespace } from '../log/namespace.ts';
import type { ClientConnection } from './client-connection.ts';
import { createClientConnections } from './client-connection.ts';
import type { Consumers } from './consumers.ts';
import { createOwnership } from './ownership.ts';
import type { Entity } from './paths.ts';
import { findEntity, pathOf } from './paths.ts';
import { serveReceiver } from './receivers.ts';
import { createRequestNodes } from './request-nodes.ts';
import { isRefusal, refusals } from './refusals.ts';
import { abortSocket, acceptSocket, refuseLink } from './rhea-access.ts';
import { serveSender } from './senders.ts';
import { breakLink } from './strike.ts';

export interface AmqpServerDependencies {
  readonly namespace: Namespace;
  /** Told who reads what. */
  readonly consumers: Consumers;
  readonly nextFault: NextFault;
  /** Undefined: tokens are not checked. */
  readonly access: Access | undefined;
  /** The clock of events. Tokens are checked by the clock of the machine, by which clients sign them. */
  readonly now: () => number;
  /** Told about broken connections and protocol errors of clients. */
  readonly onProblem: (problem: string) => void;
}

export interface AmqpAddress {
  readonly host: string;
  readonly port: number;
  /** With it the same port speaks TLS too. */
  readonly certificate: Certificate | undefined;
}

export interface AmqpServer {
  /** Resolves to the port. Rejects when the port cannot be had. */
  listen(address: AmqpAddress): Promise<{ port: number; close(): Promise<void> }>;
}

/** Clients that stay silent for twice this time are disconnected; they are told to send a sign of life twice as often. */
const IDLE_TIMEOUT_MS = 240_000;
const MAX_FRAME_BYTES = 65_536;
/** How long clients have to answer the close of their connection. */
const CLOSE_TIMEOUT_MS = 250;

export function createAmqpServer(dependencies: AmqpServerDependencies): AmqpServer {
  const container = createContainer(dependencies);
  return {
    listen: async ({ host, port, certificate }) => {
      const connections = new Map<Socket, Connection>();
      const server = createServer((socket) => {
        socket.setNoDelay(true);
        const connection = container.create_connection({
          max_frame_size: MAX_FRAME_BYTES,
          idle_time_out: IDLE_TIMEOUT_MS,
          receiver_options: { credit_window: 0, autoaccept: false },
        } as Parameters<Container['create_connection']>[0]);
        connections.set(socket, connection);
        socket.on('close', () => {
          connections.delete(socket);
          container.emit('socket_closed', connection);
        });
        acceptSocket(connection, socket);
      });
      const undecided = certificate === undefined ? undefined : alsoSecure(server, certificate);
      await startListening(server, host, port);
      return {
        port: (server.address() as AddressInfo).port,
        close: () => {
          undecided?.destroy();
          return closeServer(server, connections);
        },
      };
    },
  };
}

function startListening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function closeServer(server: Server, connections: Map<Socket, Connection>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      for (const [socket, connection] of connections) abortSocket(connection, socket);
    }, CLOSE_TIMEOUT_MS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    for (const [socket, connection] of connections) {
      if (connection.is_open()) {
        connection.close({ condition: 'amqp:connection:forced', description: 'The emulator is shutting down' });
      } else {
        abortSocket(connection, socket);
      }
    }
  });
}

function createContainer(dependencies: AmqpServerDependencies): Container {
  const { namespace, access, consumers, nextFault, now, onProblem } = dependencies;
  const container = rhea.create_container({ id: `event-hubs-emulator-${namespace.generationId}` });
  const clients = createClientConnections();
  const ownership = createOwnership();
  const requestNodes = createRequestNodes({ namespace, access, clients, nextFault });
  container.sasl_server_mechanisms.enable_anonymous();

  function openEntity(link: Sender | Receiver, address: string, context: EventContext): void {
    const path = pathOf(address);
    const client = clients.of(context.connection);
    const entity = findEntity(namespace, path);
    if (access !== undefined && client.grantsFor(path, Date.now()).length === 0) {
      refuseLink(link, refusals.unauthorized(`No valid token was shown for '${path}'.`));
    } else if (isRefusal(entity)) {
      refuseLink(link, entity);
    } else if (access === undefined) {
      serveEntity(link, entity, client);
    } else {
      // What the server sends, the client listens to.
      const right: Right = link.is_sender() ? 'Listen' : 'Send';
      const place = { hub: entity.hub.name, consumerGroup: entity.consumerGroup };
      const refusal = refusals.claimsRequired(`'${right}'`, `sb://${context.connection.hostname}/${path}`);
      const isGranted = (): boolean => access.permits(client.grantsFor(path, Date.now()), right, place);
      if (!isGranted()) return refuseLink(link, refusal);
      client.rely(link, isGranted, refusal);
      serveEntity(link, entity, client);
    }
  }

  function serveEntity(link: Sender | Receiver, entity: Entity, client: ClientConnection): void {
    const { hub, partition, consumerGroup } = entity;
    const at = {
      hub: hub.name,
      partition: partition === undefined ? undefined : String(partition.number),
      consumerGroup,
    };
    const fault = nextFault({ operation: 'attach', ...at });
    const broken = breakOf(fault);
    if (broken !== undefined) breakLink(link, client, broken);
    else if (fault !== undefined) refuseLink(link, refusals.busy());
    else if (link.is_sender()) serveReceiver(link as Sender, entity, { client, ownership, consumers, nextFault, now });
    else serveSender(link as Receiver, entity, { client, commit: namespace.commit, nextFault });
  }

  container.on('receiver_open', (context: EventContext) => {
    const link = context.receiver as Receiver;
    const address = link.target?.address ?? '';
    if (requestNodes.has(address)) requestNodes.serveRequests(link, address, context);
    else openEntity(link, address, context);
  });
  container.on('sender_open', (context: EventContext) => {
    const link = context.sender as Sender;
    const address = link.source?.address ?? '';
    if (requestNodes.has(address)) requestNodes.serveReplies(link, address, context);
    else openEntity(link, address, context);
  });
  for (const name of ['sender_close', 'receiver_close']) {
    container.on(name, ({ connection, sender, receiver }: EventContext) => {
      const link = sender ?? receiver;
      if (link !== undefined) clients.of(connection).releaseLink(link);
    });
  }
  container.on('session_close', ({ connection, session }: EventContext) => {
    if (session !== undefined) clients.of(connection).releaseSession(session);
  });
  for (const name of ['connection_close', 'disconnected']) {
    container.on(name, ({ connection }: EventContext) => clients.of(connection).releaseAll());
  }
  container.on('socket_closed', (connection: Connection) => clients.of(connection).releaseAll());
  // rhea throws or prints what nobody listens for.
  for (const name of ['sender_error', 'receiver_error', 'session_error', 'connection_error']) {
    container.on(name, () => undefined);
  }
  for (const name of ['error', 'protocol_error']) {
    container.on(name, (error: unknown) => onProblem(`A connection ended with an error: ${String(error)}`));
  }
  return container;
}
