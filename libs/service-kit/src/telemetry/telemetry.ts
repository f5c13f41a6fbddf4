import { metrics, trace } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Component } from '../lifecycle.ts';
import { observeProcess } from './process-metrics.ts';

export interface TelemetrySettings {
  /** Base address of an OTLP receiver over HTTP, `http://collector:4318`; `undefined`: nothing is exported, and nothing is measured. */
  readonly otlpEndpoint: string | undefined;
  /** Which part of the traces that begin here is kept, 0 to 1. */
  readonly traceRatio: number;
  /** How often metrics are exported, in milliseconds. */
  readonly metricsEveryMs: number;
}

const exportTimeoutMs = 5_000;
const spanDelayMs = 1_000;

/**
 * Registers the process's meters and tracers, to be called before anything that measures is built. Stopping flushes what is left, at most
 * {@link exportTimeoutMs}: a collector that is away never holds up a service.
 */
export function startTelemetry(
  service: { readonly name: string; readonly instance: string },
  { otlpEndpoint, traceRatio, metricsEveryMs }: TelemetrySettings,
): Component {
  if (otlpEndpoint === undefined) return { name: 'telemetry', start: done, stop: done };
  const resource = resourceFromAttributes({
    'service.namespace': 'daybook',
    'service.name': service.name,
    'service.instance.id': service.instance,
  });
  const base = otlpEndpoint.replace(/\/$/, '');
  const to = (signal: string) => ({ url: `${base}/v1/${signal}`, timeoutMillis: exportTimeoutMs });
  const tracers = new TracerProvider({
    resource,
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(traceRatio) }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new OTLPTraceExporter(to('traces')),
        scheduledDelayMillis: spanDelayMs,
        exportTimeoutMillis: exportTimeoutMs,
      }),
    ],
  });
  const meters = new MeterProvider({
    resource,
    readers: [
      new PeriodicExportingMetricReader({
        exporter: new OTLPMetricExporter(to('metrics')),
        exportIntervalMillis: metricsEveryMs,
        exportTimeoutMillis: Math.min(exportTimeoutMs, metricsEveryMs),
      }),
    ],
  });
  trace.setGlobalTracerProvider(tracers);
  metrics.setGlobalMeterProvider(meters);
  const endProcess = observeProcess();
  return {
    name: 'telemetry',
    start: done,
    async stop() {
      await Promise.allSettled([tracers.shutdown(), meters.shutdown()]);
      endProcess();
    },
  };
}

const done = (): Promise<void> => Promise.resolve();
