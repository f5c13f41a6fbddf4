import { diag, DiagLogLevel } from '@opentelemetry/api';
import type { Log } from '../log.ts';

const everyMs = 60_000;
const saidMax = 300;

/**
 * What OpenTelemetry has to complain about, which is mostly that somebody cannot be reached, as lines of the log: one a minute, with how many
 * there were. Without them nobody would know why there are no traces. @returns ends it
 */
export function logExportFailures(log: Log, now: () => number = () => performance.now()): () => void {
  let toldMs = -Infinity;
  let untold = 0;
  const complain = (said: string, ...details: readonly unknown[]): void => {
    if (now() - toldMs < everyMs) {
      untold += 1;
      return;
    }
    toldMs = now();
    const err = details.find((detail) => detail instanceof Error);
    const fields = { said: messageOf(said).slice(0, saidMax), ...(err && { err }), ...(untold > 0 ? { untold } : {}) };
    log.warn(fields, 'telemetry is not exported');
    untold = 0;
  };
  const nothing = (): void => undefined;
  diag.setLogger(
    { error: complain, warn: complain, info: nothing, debug: nothing, verbose: nothing },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  return () => diag.disable();
}

/** Errors that nobody caught come as JSON with their stacks: what matters is the message. */
function messageOf(said: string): string {
  try {
    const { message } = JSON.parse(said) as { readonly message?: unknown };
    return typeof message === 'string' ? message : said;
  } catch {
    return said;
  }
}
