import type { Connection, Receiver, Sender, Session } from 'rhea';
import type { Grant } from '../access/grant.ts';
import { covers } from '../access/grant.ts';
import type { Refusal } from './refusals.ts';
import { closeLink } from './rhea-access.ts';

type Link = Sender | Receiver;

/** A link that must let go of something when it ends, however it ends. */
interface HeldLink {
  readonly session: Session;
  readonly release: () => void;
}

/** A link that stays only while what it is for is granted. */
interface RelyingLink {
  readonly session: Session;
  readonly isGranted: () => boolean;
  readonly refusal: Refusal;
}

/** What the server knows about one connection. */
export interface ClientConnection {
  /** Reply links of `$cbs` and `$management`, by the address the client gave them. */
  readonly replyLinks: Map<string, Sender>;
  /** In the place of the one before for the same path. */
  addGrant(grant: Grant, nowMs: number): void;
  /** The grants that are for a path. */
  grantsFor(path: string, nowMs: number): readonly Grant[];
  /** Whether there is a grant for the properties of some hub. */
  managementIsGranted(nowMs: number): boolean;
  /** Runs `release` once: when the link is detached, its session ends or the connection goes. */
  hold(link: Link, release: () => void): void;
  /** Detaches the link with the refusal once a token has expired and it is granted no more. */
  rely(link: Link, isGranted: () => boolean, refusal: Refusal): void;
  releaseLink(link: Link): void;
  releaseSession(session: Session): void;
  releaseAll(): void;
}

/** The state of connections, forgotten with them. */
export interface ClientConnections {
  of(connection: Connection): ClientConnection;
}

/** The longest that a timer can wait. */
const TIMER_MS_MAX = 2_147_483_647;

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
  let expiry: NodeJS.Timeout | undefined;
  const held = new Map<Link, HeldLink>();
  const relying = new Map<Link, RelyingLink>();

  function releaseWhere(matches: (link: Link, session: Session) => boolean): void {
    for (const [link, { session }] of [...relying]) if (matches(link, session)) relying.delete(link);
    for (const [link, { session, release }] of [...held]) {
      if (!matches(link, session)) continue;
      held.delete(link);
      release();
    }
  }

  function detachExpired(): void {
    const nowMs = Date.now();
    grants = grants.filter(({ expiresMs }) => expiresMs > nowMs);
    for (const [link, { isGranted, refusal }] of [...relying]) {
      if (isGranted()) continue;
      releaseWhere((other) => other === link);
      if (link.is_open()) closeLink(link, refusal);
    }
    awaitExpiry(nowMs);
  }

  function awaitExpiry(nowMs: number): void {
    clearTimeout(expiry);
    if (grants.length === 0) return;
    const nextMs = Math.min(...grants.map(({ expiresMs }) => expiresMs)) - nowMs;
    expiry = setTimeout(detachExpired, Math.min(Math.max(nextMs, 1), TIMER_MS_MAX)).unref();
  }

  return {
    replyLinks: new Map(),
    addGrant(grant, nowMs) {
      grants = [...grants.filter((other) => other.path !== grant.path && other.expiresMs > nowMs), grant];
      awaitExpiry(nowMs);
    },
    grantsFor: (path, nowMs) => grants.filter((grant) => covers(grant, path, nowMs)),
    managementIsGranted: (nowMs) =>
      grants.some(({ path, expiresMs }) => expiresMs > nowMs && /^[^/]*(\/\$management)?$/.test(path)),
    hold(link, release) {
      held.set(link, { session: link.session, release });
    },
    rely(link, isGranted, refusal) {
      relying.set(link, { session: link.session, isGranted, refusal });
    },
    releaseLink: (link) => releaseWhere((other) => other === link),
    releaseSession: (session) => releaseWhere((_link, ended) => ended === session),
    releaseAll() {
      clearTimeout(expiry);
      releaseWhere(() => true);
    },
  };
}
