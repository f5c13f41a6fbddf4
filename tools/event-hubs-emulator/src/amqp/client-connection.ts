import type { Connection, Receiver, Sender, Session } from 'rhea';
import type { Grant } from './sas-token.ts';
import { covers } from './sas-token.ts';

/** A link that must let go of something when it ends, however it ends. */
interface HeldLink {
  readonly session: Session;
  readonly release: () => void;
}

/** What the server knows about one connection. */
export interface ClientConnection {
  /** Reply links of `$cbs` and `$management`, by the address the client gave them. */
  readonly replyLinks: Map<string, Sender>;
  addGrant(grant: Grant, nowMs: number): void;
  isGranted(path: string, nowMs: number): boolean;
  /** Runs `release` once: when the link is detached, its session ends or the connection goes. */
  hold(link: Sender | Receiver, release: () => void): void;
  releaseLink(link: Sender | Receiver): void;
  releaseSession(session: Session): void;
  releaseAll(): void;
}

/** The state of connections, forgotten with them. */
export interface ClientConnections {
  of(connection: Connection): ClientConnection;
}

export function createClientConnections(): ClientConnections {
  const clients = new WeakMap<Connection, ClientConnection>();
  return {
    of(connection) {
      const client = clients.get(connection) ?? createClientConnection();
      clients.set(connection, client);
      return client;
    },
  };
}

function createClientConnection(): ClientConnection {
  let grants: Grant[] = [];
  const held = new Map<Sender | Receiver, HeldLink>();

  function releaseWhere(matches: (link: Sender | Receiver, held: HeldLink) => boolean): void {
    for (const [link, entry] of [...held]) {
      if (!matches(link, entry)) continue;
      held.delete(link);
      entry.release();
    }
  }

  return {
    replyLinks: new Map(),
    addGrant(grant, nowMs) {
      grants = [...grants.filter((other) => other.path !== grant.path && other.expiresMs > nowMs), grant];
    },
    isGranted: (path, nowMs) => grants.some((grant) => covers(grant, path, nowMs)),
    hold(link, release) {
      held.set(link, { session: link.session, release });
    },
    releaseLink: (link) => releaseWhere((other) => other === link),
    releaseSession: (session) => releaseWhere((_link, entry) => entry.session === session),
    releaseAll: () => releaseWhere(() => true),
  };
}
