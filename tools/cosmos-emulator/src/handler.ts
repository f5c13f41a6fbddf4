import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Services } from './operations/context.ts';
import { authorize } from './access/authorize.ts';
import type { Grants } from './access/roles.ts';
import { verifyToken } from './access/verify-token.ts';
import { isWrite, operationOf } from './operations/operation.ts';
import type { Operation } from './operations/operation.ts';
import { route } from './operations/routes.ts';
import { checkSignature, credentialOf } from './protocol/authorization.ts';
import { charges } from './protocol/charges.ts';
import { limits } from './protocol/limits.ts';
import type { EmulatorRequest, EmulatorResponse } from './protocol/message.ts';
import { badRequest, isRefusal, Refusal, refusalResponse } from './protocol/refusal.ts';
import type { GroupCommit } from './storage/group-commit.ts';

/** What a test may do to a request. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly substatus?: number; readonly retryAfterMs?: number }
  /** The connection breaks before anything is done. */
  | { readonly kind: 'reset-before' }
  /** The request is carried out, but the connection breaks instead of the answer. */
  | { readonly kind: 'executed-but-lost' }
  | { readonly kind: 'delay'; readonly ms: number };

/** Decides for each request which fault it meets, if any. */
export type FaultRule = (request: EmulatorRequest) => Fault | undefined;

/** Answers a request; `undefined` means that the connection breaks. */
export type Handler = (request: EmulatorRequest, origin: string) => Promise<EmulatorResponse | undefined>;

const decodeSegments = (path: string): readonly string[] => {
  try {
    return path
      .split('/')
      .filter((segment) => segment !== '')
      .map(decodeURIComponent);
  } catch {
    throw badRequest('The path is not validly percent-encoded.');
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
export const createHandler = (
  services: Services,
  commits: GroupCommit,
  options: { readonly key: string; readonly grants: Grants; readonly faults?: FaultRule | undefined },
): Handler => {
  const { key, grants } = options;
  /** The key may do everything; an identity what its roles allow. */
  const admit = (request: EmulatorRequest, segments: readonly string[], operation: Operation, origin: string): void => {
    const { type, signature } = credentialOf(request);
    if (type === 'master') return checkSignature(request, segments, signature, key);
    const principal = verifyToken(signature, { key, origin, nowMs: services.now() });
    authorize(grants.of(principal), principal, request, operation);
  };
  const carryOut = async (request: EmulatorRequest, origin: string): Promise<EmulatorResponse> => {
    try {
      const segments = decodeSegments(request.path);
      const operation = operationOf(request, segments);
      admit(request, segments, operation, origin);
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
    const fault = options.faults?.(request);
    if (fault?.kind === 'status') return faultStatus(fault);
    if (fault?.kind === 'reset-before') return undefined;
    if (fault?.kind === 'delay') await pause(fault.ms);
    const response = await carryOut(request, origin);
    return fault?.kind === 'executed-but-lost' ? undefined : response;
  };
};
