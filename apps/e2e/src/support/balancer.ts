import { Agent, createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Sends requests on to the instances of a service that are ready, in turn, as an ingress does. It never tries a second time. */
export interface Balancer {
  readonly url: string;
  /** How many requests each instance has answered, by its address. */
  readonly answered: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

/** Readiness is asked for this often: shorter than an instance goes on answering after it has said that it leaves. */
const probeEveryMs = 200;
const probeTimeoutMs = 3_000;

export async function openBalancer(instances: readonly string[]): Promise<Balancer> {
  /** Why an instance is sent nothing; one that is not here is ready. */
  const unready = new Map(instances.map((instance) => [instance, 'not asked yet']));
  const answered = new Map<string, number>();
  const agent = new Agent({ keepAlive: true });
  let turn = 0;

  const probe = async (instance: string): Promise<void> => {
    try {
      const response = await fetch(`${instance}/health/ready`, { signal: AbortSignal.timeout(probeTimeoutMs) });
      const report = await response.text();
      if (response.ok) unready.delete(instance);
      else unready.set(instance, report);
    } catch (error) {
      // One that takes its time is busy; one that does not listen is gone.
      if (!(error instanceof Error && error.name === 'TimeoutError')) unready.set(instance, String(error));
    }
  };
  const probeAll = (): Promise<unknown> => Promise.all(instances.map(probe));
  await probeAll();
  const probing = setInterval(() => void probeAll(), probeEveryMs);

  const server = createServer((incoming, outgoing) => {
    const candidates = instances.filter((instance) => !unready.has(instance));
    const instance = candidates[(turn += 1) % Math.max(1, candidates.length)];
    if (instance === undefined) {
      outgoing.writeHead(502).end(JSON.stringify({ code: 'no-instance-ready', why: [...unready] }));
      return;
    }
    const { method, headers, url = '' } = incoming;
    const upstream = send(`${instance}${url}`, { method, headers, agent }, (answer) => {
      answered.set(instance, (answered.get(instance) ?? 0) + 1);
      // What is said about the connection is between an instance and the balancer.
      const { connection: _connection, 'keep-alive': _keepAlive, ...kept } = answer.headers;
      outgoing.writeHead(answer.statusCode ?? 502, kept);
      answer.pipe(outgoing);
    });
    upstream.on('error', (error) => {
      if (outgoing.headersSent) outgoing.destroy(error);
      else
        outgoing
          .writeHead(502)
          .end(JSON.stringify({ code: 'instance-failed', detail: `${instance}: ${error.message}` }));
    });
    incoming.pipe(upstream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answered,
    async close() {
      clearInterval(probing);
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
