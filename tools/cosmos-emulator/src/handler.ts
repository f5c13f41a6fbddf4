import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { authorize } from './access/authorize.ts';
import type { Grants } from './access/roles.ts';
import { principalOf } from './access/verify-token.ts';
import type { Fault, FaultRule } from './faults/fault.ts';
import { faultName } from './faults/fault.ts';
import type { FaultTarget } from './faults/injector.ts';
import type { Services } from './operations/context.ts';
import { partitionKeyHeader } from './operations/context.ts';
import type { Operation } from './operations/operation.ts';
import { isWrite, operationOf } from './operations/operation.ts';
import { route } from './operations/routes.ts';
import { checkSignature, credentialOf } from './protocol/authorization.ts';
import { charges } from './protocol/charges.ts';
import { limits } from './protocol/limits.ts';
import type { EmulatorRequest, EmulatorResponse } from './protocol/message.ts';
import { badRequest, isRefusal, Refusal, refusalResponse } from './protocol/refusal.ts';
import type { RecordedRequest } from './recorder/recorder.ts';
import type { TokenVerifier } from './shared/tokens.ts';
import type { GroupCommit } from './storage/group-commit.ts';

/** Answers a request; `undefined` means that the connection breaks. */
export type Handler = (request: EmulatorRequest, origin: string) => Promise<EmulatorResponse | undefined>;

/** What the handler works with besides the data. */
export interface HandlerOptions {
  readonly key: string;
  readonly tokens: TokenVerifier;
  readonly grants: Grants;
  /** Asked first, and `nextFault` where it has none. */
  readonly faults: FaultRule | undefined;
  readonly nextFault: (target: FaultTarget) => Fault | undefined;
  readonly record: (entry: Omit<RecordedRequest, 'number'>) => void;
}

/** The decoded parts of a path; undefined when it is not validly encoded. */
const decodeSegments = (path: string): readonly string[] | undefined => {
  try {
    return path
      .split('/')
      .filter((segment) => segment !== '')
      .map(decodeURIComponent);
  } catch {
    return undefined;
  }
};

/** The components of the partition key that a request names, as far as they can be read. */
const partitionKeyOf = (request: EmulatorRequest): readonly unknown[] | undefined => {
  try {
    const key: unknown = JSON.parse(request.headers[partitionKeyHeader] ?? '');
    return Array.isArray(key) ? key : undefined;
  } catch {
    return undefined;
  }
};

const complete = (response: EmulatorResponse): EmulatorResponse => ({
  ...response,
  headers: {
    'content-type': 'application/json',
    'x-ms-activity-id': randomUUID(),
    'x-ms-request-charge': String(response.status >= 400 ? charges.refused : charges.metadata),
    ...response.headers,
  },
});

const faultStatus = (fault: Extract<Fault, { kind: 'status' }>): EmulatorResponse => {
  const response = refusalResponse(fault.status, `Injected fault: status ${fault.status}.`, fault.substatus);
  const wait = fault.retryAfterMs === undefined ? {} : { 'x-ms-retry-after-ms': String(fault.retryAfterMs) };
  return complete({ ...response, headers: { ...response.headers, ...wait } });
};

/** The one handler behind both faces. */
export const createHandler = (services: Services, commits: GroupCommit, options: HandlerOptions): Handler => {
  const { key, tokens, grants } = options;
  /** The key may do everything; an identity what its roles allow. */
  const admit = async (
    request: EmulatorRequest,
    segments: readonly string[],
    operation: Operation,
    origin: string,
  ): Promise<void> => {
    const { type, signature } = credentialOf(request);
    if (type === 'master') return checkSignature(request, segments, signature, key);
    const principal = await principalOf(tokens, signature, { origin, nowMs: services.now() });
    authorize(grants.of(principal), principal, request, operation);
  };
  const carryOut = async (
    request: EmulatorRequest,
    segments: readonly string[] | undefined,
    operation: Operation,
    origin: string,
  ): Promise<EmulatorResponse> => {
    try {
      if (segments === undefined) throw badRequest('The path is not validly percent-encoded.');
      await admit(request, segments, operation, origin);
      if (request.search !== '') throw badRequest('A query string is not supported: an id must not contain "?".');
      if (request.body.length > limits.requestBytes && Buffer.byteLength(request.body) > limits.requestBytes) {
        throw new Refusal(413, `Request size is too large: at most ${limits.requestBytes} bytes.`);
      }
      const work = (): EmulatorResponse => route(services, request, operation, origin);
      return complete(await commits.run(work, isWrite(operation)));
    } catch (error) {
      if (isRefusal(error)) return complete(refusalResponse(error.status, error.message, error.substatus));
      const message = error instanceof Error ? error.message : String(error);
      return complete(refusalResponse(500, `The emulator failed: ${message}`));
    }
  };
  return async (request, origin) => {
    const started = performance.now();
    const atMs = services.now();
    const segments = decodeSegments(request.path);
    const operation: Operation = segments === undefined ? { kind: 'unknown' } : operationOf(request, segments);
    const partitionKey = partitionKeyOf(request);
    const fault = options.faults?.(request) ?? options.nextFault({ ...operation, partitionKey });
    const answer = async (): Promise<EmulatorResponse | undefined> => {
      if (fault?.kind === 'status') return faultStatus(fault);
      if (fault?.kind === 'reset-before') return undefined;
      if (fault?.kind === 'delay') await pause(fault.ms);
      return carryOut(request, segments, operation, origin);
    };
    const response = await answer();
    const substatus = response?.headers['x-ms-substatus'];
    const { kind, database, container, id } = operation;
    options.record({
      atMs,
      operation: kind,
      database,
      container,
      partitionKey,
      id,
      status: response?.status ?? 0,
      substatus: substatus === undefined ? undefined : Number(substatus),
      requestCharge: Number(response?.headers['x-ms-request-charge'] ?? 0),
      durationMs: performance.now() - started,
      fault: fault === undefined ? undefined : faultName(fault),
    });
    return fault?.kind === 'executed-but-lost' ? undefined : response;
  };
};
