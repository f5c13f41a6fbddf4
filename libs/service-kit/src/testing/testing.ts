import {
  type AuditLog,
  type AuditRecord,
  createAuditLog,
  createEventStore,
  type EventStore,
  type StoredEvent,
} from '@daybook/eventstore';
import { type Container, memoryContainer, type Runtime } from '@daybook/ports';
import type { Projector } from '@daybook/projections';
import type { Router } from 'express';
import { createHealth } from '../health.ts';
import { type HttpOptions, startHttp } from '../http/http-app.ts';
import { createKeptAnswers, type KeptAnswers } from '../http/kept-answers.ts';
import { silentLog } from '../log.ts';

export { documented, type DocumentedClient, type Driven, nothingDriven, undriven } from './documented.ts';
export { declaredEndpoints } from './declared-endpoints.ts';
export { as, withCallers } from './with-callers.ts';

/** An answer as a client sees it. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** The JSON of the answer. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** A client of one service. */
export interface Client {
  readonly port: number;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Reply>;
  /** A string is sent as it is, anything else as JSON; `undefined` sends no body. */
  post(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Reply>;
  delete(path: string, headers?: Readonly<Record<string, string>>): Promise<Reply>;
  close(): Promise<void>;
}

/** Serves the routes over HTTP on a free loopback port, for a spec. */
export async function serve(
  routes: Router,
  {
    health = createHealth(),
    log = silentLog,
    guards = [],
  }: Partial<Pick<HttpOptions, 'health' | 'log' | 'guards'>> = {},
): Promise<Client> {
  const http = await startHttp({ port: 0, guards, routes, health, log });
  const send = async (path: string, request: RequestInit): Promise<Reply> => {
    const response = await fetch(`http://127.0.0.1:${http.port}${path}`, request);
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Readonly<Record<string, unknown>>,
    };
  };
  return {
    port: http.port,
    get: (path, headers = {}) => send(path, { headers }),
    post: (path, body, headers = {}) =>
      send(path, {
        method: 'POST',
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    delete: (path, headers = {}) => send(path, { method: 'DELETE', headers }),
    close: () => http.close(0),
  };
}

/** The stores of a service, in memory. */
export interface MemoryStores {
  readonly events: Container<StoredEvent>;
  readonly store: EventStore;
  readonly readModels: Container;
  readonly audit: AuditLog;
  readonly answers: KeptAnswers;
  /** From now on no answer is kept or found. */
  failAnswers(): void;
  /** What is on record, oldest first. */
  audited(): Promise<readonly AuditRecord[]>;
  /** From now on nothing can be put on record. */
  failAudit(): void;
  /** Every stream with its events, streams in the order of their ids. */
  streams(): Promise<ReadonlyMap<string, readonly StoredEvent[]>>;
  /** Brings read models up to all that was appended, as the change feed does. */
  catchUp(projections: readonly Projector[]): Promise<void>;
}

export function memoryStores(runtime: Runtime): MemoryStores {
  const events = memoryContainer<StoredEvent>({
    name: 'events',
    runtime,
    partitionKey: ({ streamId }) => streamId,
    uniqueKeys: ['/dedup'],
  });
  const streams = async (): Promise<ReadonlyMap<string, readonly StoredEvent[]>> => {
    const order = [
      { field: 'streamId', direction: 'asc' },
      { field: 'version', direction: 'asc' },
    ] as const;
    const found: StoredEvent[] = [];
    let continuation: string | undefined;
    do {
      const page = await events.query({
        orderBy: order,
        limit: 1_000,
        ...(continuation === undefined ? {} : { continuation }),
      });
      found.push(...page.documents);
      continuation = page.continuation;
    } while (continuation !== undefined);
    return Map.groupBy(found, ({ streamId }) => streamId);
  };
  let auditFails = false;
  const auditContainer = memoryContainer({
    faults: () => (auditFails ? 'before' : undefined),
    name: 'audit',
    runtime,
    partitionKey: ({ streamId }) => String(streamId),
  });
  let answersFail = false;
  const answersContainer = memoryContainer({
    faults: () => (answersFail ? 'before' : undefined),
    name: 'answers',
    runtime,
    partitionKey: ({ id }) => id,
  });
  return {
    events,
    answers: createKeptAnswers({ container: answersContainer }),
    failAnswers: () => {
      answersFail = true;
    },
    audit: createAuditLog({ container: auditContainer, runtime, retry: { attemptsMax: 1 } }),
    failAudit: () => {
      auditFails = true;
    },
    audited: async () =>
      (await auditContainer.query({ orderBy: [{ field: 'id', direction: 'asc' }], limit: 1_000 })).documents.map(
        ({ _etag, _ts, ...record }) => record as unknown as AuditRecord,
      ),
    store: createEventStore({ container: events, runtime }),
    readModels: memoryContainer({ name: 'read-models', runtime, partitionKey: ({ id }) => id }),
    streams,
    async catchUp(projections) {
      for (const [streamId, history] of await streams()) {
        for (const projection of projections) if (projection.concerns(streamId)) await projection.apply(history);
      }
    },
  };
}
