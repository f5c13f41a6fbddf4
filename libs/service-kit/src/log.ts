import { unloggedFields } from '@daybook/contracts';
import { withoutPersonalData } from '@daybook/eventstore';
import { type DestinationStream, pino } from 'pino';
import { parseTraceparent } from './telemetry/tracing.ts';

/** The part of a pino logger that is used here: fields first, then a fixed message. On whose behalf: see `LogFields`. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const unlogged = new Set(unloggedFields);
const clean = (fields: object): Record<string, unknown> =>
  withoutPersonalData(fields, unlogged) as Record<string, unknown>;

/** `traceparent` by its parts, as those who look for a trace write them. */
function traced({ traceparent, ...fields }: Record<string, unknown>): Record<string, unknown> {
  const { traceId, spanId } = parseTraceparent(typeof traceparent === 'string' ? traceparent : undefined) ?? {};
  return traceId === undefined ? fields : { ...fields, traceId, spanId };
}

/**
 * One JSON object a line on standard output, or where `destination` says. Fields that the contracts name as personal or secret are left
 * out wherever they are, in errors too; a message is a fixed text. A `traceparent` is written as `traceId` and `spanId`.
 */
export function createLog(service: string, level = 'info', destination?: DestinationStream): Log {
  return pino(
    {
      name: service,
      level,
      timestamp: pino.stdTimeFunctions.isoTime,
      base: { service },
      formatters: { log: (fields) => traced(clean(fields)) },
      serializers: { err: (error: unknown) => clean(loggedError(error)) },
    },
    destination ?? pino.destination(1),
  );
}

/** What pino would write of an error, without the text of a request, which a body parser leaves on its errors. */
function loggedError(error: unknown): object {
  if (!(error instanceof Error)) return { value: typeof error };
  const { raw: _raw, body: _body, ...fields } = pino.stdSerializers.err(error) as unknown as Record<string, unknown>;
  return fields;
}

/** For tests: says nothing. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
