/** A request as both faces hand it to the handler. Header names are lower case. */
export interface EmulatorRequest {
  readonly method: string;
  /** The path as sent: percent-encoded, without the query string. */
  readonly path: string;
  /** The query string with its `?`, or ''. Cosmos never uses one. */
  readonly search: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** An answer for both faces to send. `body` is '' when there is none. */
export interface EmulatorResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Any JSON value; `undefined` is Cosmos' "not there". */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** A JSON object. */
export type JsonObject = { readonly [name: string]: Json };

/** Tells objects from arrays, null and primitives. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** One answer with a JSON body. */
export const jsonResponse = (
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): EmulatorResponse => ({ status, headers, body: JSON.stringify(value) });
