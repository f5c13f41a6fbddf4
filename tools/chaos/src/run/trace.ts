import { appendFileSync } from 'node:fs';

/** Writes down what was done and when, one JSON object a line. */
export interface Trace {
  write(what: string, details?: object): void;
}

/** Times are in milliseconds from the beginning, and of the clock, to be found again in the logs. */
export function traceTo(file: string): Trace {
  const began = performance.now();
  return {
    write(what, details = {}) {
      const line = { atMs: Math.round(performance.now() - began), at: new Date().toISOString(), what, ...details };
      appendFileSync(file, `${JSON.stringify(line)}\n`);
    },
  };
}
