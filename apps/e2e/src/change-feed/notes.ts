import type { Document } from '@daybook/ports';

/** A document of the source: the nth of its key. */
export interface Entry extends Document {
  readonly key: string;
  readonly n: number;
}

/** A document of the read model: how many documents of its key were counted, and up to which. */
export interface Counted extends Document {
  readonly version: number;
  readonly counted: number;
}

/** What a processor's process is told. */
export interface ProcessorPlan {
  readonly endpoint: string;
  readonly key: string;
  readonly database: string;
  readonly instance: string;
  /** The file that all of them append their notes to. */
  readonly notes: string;
}

/** What a processor's process tells. */
export type Note =
  | { readonly what: 'joined' | 'left'; readonly instance: string }
  | { readonly what: 'delivered' | 'refused'; readonly instance: string; readonly key: string; readonly n: number }
  | { readonly what: 'fenced'; readonly instance: string; readonly key: string }
  | { readonly what: 'error'; readonly instance: string; readonly during: string; readonly message: string };

/** Short times, so that much happens in half a minute. */
export const limits = {
  leaseDurationMs: 1_800,
  renewEveryMs: 500,
  checkpointEveryMs: 100,
  pollIdleMs: 200,
  pageSize: 40,
  maxInFlight: 200,
  retryMaxMs: 500,
  stopTimeoutMs: 3_000,
} as const;
