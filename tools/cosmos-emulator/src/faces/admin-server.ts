import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FaultPlanInvalidError, checkPlan } from '../faults/check-plan.ts';
import type { FaultInjector } from '../faults/injector.ts';
import type { Recorder } from '../recorder/recorder.ts';

/** What the admin port shows and changes. */
export interface Administered {
  readonly recorder: Recorder;
  readonly faults: FaultInjector;
}

/** A listening admin port. */
export interface AdminListener {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

const bodyBytesMax = 1024 * 1024;
const loopback = '127.0.0.1';

interface Answer {
  readonly status: number;
  readonly value?: unknown;
}

const readPlan = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) throw new FaultPlanInvalidError(`A plan may have ${bodyBytesMax} bytes.`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new FaultPlanInvalidError('The plan is not valid JSON.');
  }
};

const answer = async ({ recorder, faults }: Administered, request: IncomingMessage): Promise<Answer> => {
  // A page in a browser must not get here under another name of this address.
  const { hostname } = new URL(`http://${request.headers.host ?? ''}`);
  if (hostname !== loopback && hostname !== 'localhost') return { status: 403, value: { message: 'Use loopback.' } };
  switch (`${request.method} ${request.url}`) {
    case 'GET /requests':
      return { status: 200, value: { requests: recorder.entries(), dropped: recorder.dropped() } };
    case 'DELETE /requests':
      recorder.reset();
      return { status: 204 };
    case 'GET /faults':
      return { status: 200, value: { plan: faults.current() ?? null, injected: faults.injected() } };
    case 'POST /faults': {
      const plan = await readPlan(request);
      checkPlan(plan);
      faults.plan(plan);
      return { status: 204 };
    }
    case 'DELETE /faults':
      faults.clear();
      return { status: 200, value: { injected: faults.injected() } };
    default:
      return { status: 404, value: { message: 'There is GET and DELETE /requests; GET, POST and DELETE /faults.' } };
  }
};

const refused = (error: unknown): Answer => {
  const message = error instanceof Error ? error.message : String(error);
  return { status: error instanceof FaultPlanInvalidError ? 400 : 500, value: { message } };
};

/** Serves recorder and faults as JSON, on loopback only. Rejects with the system's error when it cannot listen. */
export const listenAdmin = async (administered: Administered, port: number): Promise<AdminListener> => {
  const server = createServer((request, response) => {
    void answer(administered, request)
      .catch(refused)
      .then(({ status, value }) => {
        response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
        response.end(value === undefined ? undefined : JSON.stringify(value));
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: loopback, port }, resolve);
  });
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://${loopback}:${actual}`,
    port: actual,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
};
