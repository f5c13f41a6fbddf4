import type { z } from 'zod';

/**
 * One type of event: the version of its schema that is written, the schema, and how each older version becomes the next one.
 * Stored events are never rewritten; they are brought up to date when they are read.
 */
export interface EventType<S extends z.ZodType = z.ZodType> {
  readonly version: number;
  readonly schema: S;
  /** `upcasters[1]` turns data of version 1 into version 2. One for every version before the current one. */
  readonly upcasters?: { readonly [fromVersion: number]: (data: Record<string, unknown>) => Record<string, unknown> };
}

export type EventCatalogue = { readonly [type: string]: EventType };

/** The union of events a catalogue describes: `{type: 'OrderShipped', data: {…}} | …`. */
export type EventOf<C extends EventCatalogue> = {
  [T in keyof C & string]: { readonly type: T; readonly data: Readonly<z.infer<C[T]['schema']>> };
}[keyof C & string];
