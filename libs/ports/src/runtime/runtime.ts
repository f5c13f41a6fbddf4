/**
 * Everything a library may know of the world outside its arguments: the time, chance and waiting.
 *
 * Libraries and services are given a `Runtime`; only `main.ts` of an app builds the real one. Under test the same code runs on a
 * {@link VirtualRuntime}, where time passes only when told to and chance comes from a seed, so that a failing run replays exactly.
 */
export interface Runtime {
  /** Milliseconds since the Unix epoch, UTC. May stand still and, on a real machine, may go backwards. */
  now(): number;
  /** A number in [0, 1). */
  random(): number;
  /** A new unique id: a UUID version 7, whose first 48 bits are `now()`. */
  newId(): string;
  /**
   * Resolves after `delayMs`. With a signal it resolves early, without an error, when that is aborted:
   * a loop that sleeps checks its own signal next.
   */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

/** The time of `runtime` as stored everywhere in Daybook: UTC, ISO 8601, milliseconds (`2010-12-01T08:26:00.000Z`). */
export function isoNow(runtime: Runtime): string {
  return new Date(runtime.now()).toISOString();
}

/** Builds a UUID version 7 from a time and a source of chance. */
export function uuidV7(nowMs: number, random: () => number): string {
  const time = Math.floor(nowMs).toString(16).padStart(12, '0');
  const hex = (digits: number): string =>
    Math.floor(random() * 16 ** digits)
      .toString(16)
      .padStart(digits, '0');
  const variant = (8 + Math.floor(random() * 4)).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-${variant}${hex(3)}-${hex(6)}${hex(6)}`;
}
