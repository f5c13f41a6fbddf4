import type { TokenCredential } from '@azure/identity';
import { metrics, trace } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader, type PushMetricExporter } from '@opentelemetry/sdk-metrics';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Component } from '../lifecycle.ts';
import type { Log } from '../log.ts';
import { azureMonitorExporters, type AzureMonitorOptions } from './azure-monitor.ts';
import { logExportFailures } from './export-failures.ts';
import { observeProcess } from './process-metrics.ts';

export interface TelemetrySettings {
  /** Base address of an OTLP receiver over HTTP, `http://collector:4318`; `undefined`: nothing goes there. */
  readonly otlpEndpoint: string | undefined;
  /** Connection string of Application Insights; `undefined`: nothing goes there. */
  readonly azureMonitor: string | undefined;
  /** Which part of the traces that begin here is kept, 0 to 1. */
  readonly traceRatio: number;
  /** How often metrics are exported, in milliseconds. */
  readonly metricsEveryMs: number;
}

export interface TelemetryOptions {
  readonly service: { readonly name: string; readonly instance: string };
  readonly log: Log;
  /** Asked for where telemetry goes to Azure Monitor. */
  readonly credential: () => TokenCredential;
  /** How Azure Monitor is reached; default over HTTPS. */
  readonly azureHttpClient?: NonNullable<AzureMonitorOptions['httpClient']>;
  /** How long one export may take, and all of them together at the end, in milliseconds. Default 5,000. */
  readonly exportTimeoutMs?: number;
}

const spanDelayMs = 1_000;

/**
 * Registers the process's meters and tracers, to be called before anything that measures is built. Where the settings name no place to send
 * to, nothing is measured. Stopping sends what is left, for `exportTimeoutMs` at most: whoever is away never holds up a service.
 */
export function startTelemetry(
  { traceRatio, metricsEveryMs, ...places }: TelemetrySettings,
  { service, exportTimeoutMs = 5_000, ...options }: TelemetryOptions,
): Component {
  const done = (): Promise<void> => Promise.resolve();
  const exporters = exportersOf(places, { ...options, timeoutMs: exportTimeoutMs });
  if (exporters.length === 0) return { name: 'telemetry', start: done, stop: done };
  const resource = resourceFromAttributes({
    'service.namespace': 'daybook',
    'service.name': service.name,
    'service.instance.id': service.instance,
  });
  const tracers = new TracerProvider({
    resource,
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(traceRatio) }),
    spanProcessors: exporters.map(
      ({ spans }) =>
        new BatchSpanProcessor({
          exporter: spans,
          scheduledDelayMillis: spanDelayMs,
          exportTimeoutMillis: exportTimeoutMs,
        }),
    ),
  });
  const meters = new MeterProvider({
    resource,
    readers: exporters.map(
      (exporter) =>
        new PeriodicExportingMetricReader({
          exporter: exporter.metrics,
          exportIntervalMillis: metricsEveryMs,
          exportTimeoutMillis: Math.min(exportTimeoutMs, metricsEveryMs),
        }),
    ),
  });
  trace.setGlobalTracerProvider(tracers);
  metrics.setGlobalMeterProvider(meters);
  const endProcess = observeProcess();
  const endFailures = logExportFailures(options.log);
  return {
    name: 'telemetry',
    start: done,
    async stop() {
      await atMost(exportTimeoutMs, Promise.allSettled([tracers.shutdown(), meters.shutdown()]));
      endProcess();
      endFailures();
    },
  };
}

interface Exporters {
  readonly spans: SpanExporter;
  readonly metrics: PushMetricExporter;
}

function exportersOf(
  { otlpEndpoint, azureMonitor }: Pick<TelemetrySettings, 'otlpEndpoint' | 'azureMonitor'>,
  { log, credential, azureHttpClient, timeoutMs }: Omit<TelemetryOptions, 'service'> & { readonly timeoutMs: number },
): readonly Exporters[] {
  const exporters: Exporters[] = [];
  if (otlpEndpoint !== undefined) {
    const base = otlpEndpoint.replace(/\/$/, '');
    const to = (signal: string) => ({ url: `${base}/v1/${signal}`, timeoutMillis: timeoutMs });
    exporters.push({ spans: new OTLPTraceExporter(to('traces')), metrics: new OTLPMetricExporter(to('metrics')) });
  }
  if (azureMonitor !== undefined) {
    exporters.push(
      azureMonitorExporters({
        ...{ connectionString: azureMonitor, credential: credential(), timeoutMs },
        onRefused: (status) => log.warn({ status }, 'Azure Monitor does not take telemetry: 401 and 403 say who may'),
        ...(azureHttpClient === undefined ? {} : { httpClient: azureHttpClient }),
      }),
    );
  }
  return exporters;
}

/** Resolves when the work is done or the time is up. */
async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}
