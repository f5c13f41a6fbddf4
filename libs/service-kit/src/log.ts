import { pino } from 'pino';

/** The part of a pino logger that is used here: fields first, then a fixed message. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** One JSON object a line on standard output. Personal data and tokens never belong in `fields`. */
export function createLog(service: string, level = 'info'): Log {
  return pino({ name: service, level, timestamp: pino.stdTimeFunctions.isoTime, base: { service } });
}

/** For tests: says nothing. */
export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
