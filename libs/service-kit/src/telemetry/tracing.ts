import {
  type Attributes,
  isSpanContextValid,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';

/** A piece of work in a trace. */
export interface TraceSpan {
  /** What is handed on (W3C): work that names it as its parent is part of the same trace. `undefined` where nobody began a trace. */
  readonly traceparent: string | undefined;
  /** False where no telemetry is exported: the span costs nothing and its `traceparent` is its parent's. */
  readonly recording: boolean;
  /** Ends it, at most once; with an error it is marked failed, by the error's code or name alone: messages may tell too much. */
  end(outcome?: { readonly error?: unknown; readonly name?: string; readonly attributes?: Attributes }): void;
}

export interface SpanOptions {
  readonly kind: 'server' | 'producer' | 'consumer' | 'client' | 'internal';
  /** `traceparent` of what caused this; anything else, or none, begins a trace. */
  readonly parent?: string;
  readonly attributes?: Attributes;
}

const kinds: Readonly<Record<SpanOptions['kind'], SpanKind>> = {
  server: SpanKind.SERVER,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  client: SpanKind.CLIENT,
  internal: SpanKind.INTERNAL,
};

/** Begins a span. Causes are handed over as data (in headers, events and messages), never by what happens to be running. */
export function startSpan(name: string, { kind, parent, attributes = {} }: SpanOptions): TraceSpan {
  const cause = parseTraceparent(parent);
  const context = cause === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, cause);
  const span = trace.getTracer('@daybook/service-kit').startSpan(name, { kind: kinds[kind], attributes }, context);
  return {
    traceparent: formatTraceparent(span.spanContext()),
    recording: span.isRecording(),
    end({ error, name: finalName, attributes: more } = {}) {
      if (finalName !== undefined) span.updateName(finalName);
      if (more !== undefined) span.setAttributes(more);
      if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: causeOf(error) });
      span.end();
    },
  };
}

const pattern = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** @returns `undefined` for what is no W3C `traceparent` */
export function parseTraceparent(text: string | undefined): SpanContext | undefined {
  const [, traceId, spanId, flags] = pattern.exec(text ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  const context = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(context) ? context : undefined;
}

function formatTraceparent(context: SpanContext): string | undefined {
  if (!isSpanContextValid(context)) return undefined;
  return `00-${context.traceId}-${context.spanId}-${context.traceFlags.toString(16).padStart(2, '0')}`;
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
