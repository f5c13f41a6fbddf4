import { unloggedFields } from '@daybook/contracts';
import { withoutPersonalData } from '@daybook/eventstore';
import { type DestinationStream, pino } from 'pino';

/** The part of a pino logger that is used here: fields first, then a fixed message. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const unlogged = new Set(unloggedFields);
const clean = (fields: object): Record<string, unknown> =>
  withoutPersonalData(fields, unlogged) as Record<string, unknown>;

/**
 * One JSON object a line on standard output, or where `destination` says. Fields that the contracts name as personal or secret are left
 * out wherever they are, in errors too; a message is a fixed text.
 */
export function createLog(service: string, level = 'info', destination?: DestinationStream): Log {
  return pino(
    {
      name: service,
      level,
      timestamp: pino.stdTimeFunctions.isoTime,
      base: { service },
      formatters: { log: clean },
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
export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
