/**
 * The key of a command that came over HTTP with an `Idempotency-Key`, as events carry it (`metadata.commandKey`).
 *
 * @param caller who sent it, as their token names them (never with a slash); `undefined` where nobody is asked who they are. Two callers who
 * think of the same key mean two things.
 */
export function httpCommandKey(caller: string | undefined, idempotencyKey: string): string {
  return `http:${caller ?? ''}/${idempotencyKey}`;
}

/** The `Idempotency-Key` that a command came with; `undefined` for one that came without, or not over HTTP. */
export function idempotencyKeyOf(commandKey: string): string | undefined {
  return /^http:[^/]*\/(.*)$/s.exec(commandKey)?.[1];
}
