// A process of its own, because exporters of OTLP load parts of themselves when they are needed, which no test runner's sandbox can: exports to both
// places and says on one line what came. Its one argument is the status that Azure Monitor answers with.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { metrics } from '@opentelemetry/api';
import { createLog } from '../log.ts';
import { openIngestion } from '../telemetry/ingestion.test-support.ts';
import { instruments } from '../telemetry/instruments.ts';
import { startTelemetry } from '../telemetry/telemetry.ts';
import { startSpan } from '../telemetry/tracing.ts';

const paths = new Set<string>();
const otlp = createServer((request, response) => {
  paths.add(request.url ?? '');
  request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
});
await new Promise<void>((resolve) => otlp.listen(0, '127.0.0.1', resolve));
const ingestion = await openIngestion();
ingestion.answer = Number(process.argv[2]);

const telemetry = startTelemetry(
  {
    otlpEndpoint: `http://127.0.0.1:${(otlp.address() as AddressInfo).port}`,
    azureMonitor: ingestion.connectionString,
    ...{ traceRatio: 1, metricsEveryMs: 600_000 },
  },
  {
    service: { name: 'order', instance: 'order-0' },
    log: createLog('order'),
    credential: () => ({
      getToken: () => Promise.resolve({ token: 'of-the-order-service', expiresOnTimestamp: Date.now() + 3_600_000 }),
    }),
    azureHttpClient: ingestion.httpClient,
    exportTimeoutMs: 5_000,
  },
);
startSpan('POST /v1/orders', { kind: 'server' }).end();
instruments(metrics.getMeter('test')).counter('event_store.writes').add(1);
await telemetry.stop();
await ingestion.close();
otlp.close();
otlp.closeAllConnections();
process.stdout.write(`${JSON.stringify({ otlp: [...paths].sort(), azure: ingestion.requests.length })}\n`);
