import type { TokenCredential } from '@azure/identity';
import type { AzureMonitorExporterOptions } from '@azure/monitor-opentelemetry-exporter';
import { AggregationTemporality, type PushMetricExporter, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';

export interface AzureMonitorOptions {
  /** Of Application Insights: `InstrumentationKey=…;IngestionEndpoint=https://…`. */
  readonly connectionString: string;
  /** As whom it signs in: the connection string alone proves nothing where local authentication is off. */
  readonly credential: TokenCredential;
  /** How long one request may take, in milliseconds; it is not tried again. */
  readonly timeoutMs: number;
  /** Told of every answer that is none of 2xx. */
  readonly onRefused: (status: number) => void;
  /** How requests are sent; default over HTTPS. */
  readonly httpClient?: NonNullable<AzureMonitorExporterOptions['httpClient']>;
}

export interface AzureMonitorExporters {
  readonly spans: SpanExporter;
  readonly metrics: PushMetricExporter;
}

type Done = Parameters<SpanExporter['export']>[1];

/** An exporter of the package. The one thing that its types have otherwise is that no attribute is an object, and none of ours is. */
interface Sender<T> {
  export(items: T, done: Done): Promise<void>;
}
interface Senders {
  readonly spans: Sender<ReadableSpan[]>;
  readonly metrics: Sender<ResourceMetrics>;
}

/** `ExportResultCode.FAILED`. */
const failed = 1;

/**
 * Exporters to Azure Monitor that leave a service alone: they write no file, send no statistics of their own, try nothing again and give up
 * in time. What is not taken is lost, and told. The package is loaded with the first export: half a second that a start without it need
 * not pay. It is made for SDK 2 and brings that with it; what passes between the two is the interface of exporters, which is the same.
 */
export function azureMonitorExporters(options: AzureMonitorOptions): AzureMonitorExporters {
  let loading: Promise<Senders> | undefined;
  const give = async (done: Done, to: (senders: Senders) => Promise<void>): Promise<void> => {
    try {
      await to(await (loading ??= load(options)));
    } catch (error) {
      done({ code: failed, error: error instanceof Error ? error : new Error(String(error)) });
    }
  };
  const nothingToClose = (): Promise<void> => Promise.resolve();
  return {
    spans: {
      export: (spans: ReadableSpan[], done: Done) => void give(done, (to) => to.spans.export(spans, done)),
      shutdown: nothingToClose,
    },
    metrics: {
      export: (metrics: ResourceMetrics, done: Done) => void give(done, (to) => to.metrics.export(metrics, done)),
      // Azure Monitor adds up what it is sent.
      selectAggregationTemporality: () => AggregationTemporality.DELTA,
      forceFlush: nothingToClose,
      shutdown: nothingToClose,
    },
  };
}

async function load({
  connectionString,
  credential,
  timeoutMs,
  onRefused,
  httpClient,
}: AzureMonitorOptions): Promise<Senders> {
  // The package asks nothing but its environment whether it may tell its makers how it is doing, and whether to send the resource as a metric
  // with every batch.
  /* eslint-disable no-restricted-properties */
  process.env['APPLICATION_INSIGHTS_NO_STATSBEAT'] ??= '1';
  process.env['APPLICATIONINSIGHTS_OPENTELEMETRY_RESOURCE_METRIC_DISABLED'] ??= 'true';
  /* eslint-enable no-restricted-properties */
  const { AzureMonitorMetricExporter, AzureMonitorTraceExporter } =
    await import('@azure/monitor-opentelemetry-exporter');
  const options: AzureMonitorExporterOptions = {
    connectionString,
    credential,
    // A root file system is read-only, and what is written to a pod's own is lost with it.
    disableOfflineStorage: true,
    retryOptions: { maxRetries: 0 },
    additionalPolicies: [
      {
        position: 'perCall',
        policy: {
          name: 'daybook',
          async sendRequest(request, next) {
            request.timeout = timeoutMs;
            const response = await next(request);
            if (response.status >= 300) onRefused(response.status);
            return response;
          },
        },
      },
    ],
    ...(httpClient === undefined ? {} : { httpClient }),
  };
  return {
    spans: new AzureMonitorTraceExporter(options) as unknown as Senders['spans'],
    metrics: new AzureMonitorMetricExporter(options) as unknown as Senders['metrics'],
  };
}
