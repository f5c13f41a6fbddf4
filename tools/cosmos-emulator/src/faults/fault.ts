import type { OperationKind } from '../operations/operation.ts';
import type { EmulatorRequest } from '../protocol/message.ts';
import type { SeededPlan, SeededRule } from '../shared/seeded-faults.ts';

/** What befalls a request. */
export type Fault =
  /** Answered with this status, and nothing is done: 429, 449, 503, or another that a client must bear. */
  | { readonly kind: 'status'; readonly status: number; readonly substatus?: number; readonly retryAfterMs?: number }
  /** The connection breaks before anything is done. */
  | { readonly kind: 'reset-before' }
  /** The request is carried out, but the connection breaks instead of the answer. */
  | { readonly kind: 'executed-but-lost' }
  /** The request is carried out later. */
  | { readonly kind: 'delay'; readonly ms: number };

/** Decides for each request which fault it meets, if any. */
export type FaultRule = (request: EmulatorRequest) => Fault | undefined;

/** Which requests a fault is for: all of what is given must hold. */
export interface FaultMatch {
  readonly operations?: readonly OperationKind[] | undefined;
  /** Names of containers. */
  readonly containers?: readonly string[] | undefined;
  /** Partition keys of one component. */
  readonly partitionKeys?: readonly (string | number | boolean | null)[] | undefined;
}

/** A fault with the chance of meeting it. */
export type SeededFault = SeededRule<Fault, FaultMatch>;

/** Faults by chance. The same seed gives the same faults to the same requests in the same order. */
export type FaultPlan = SeededPlan<Fault, FaultMatch>;

/** How a fault is called where faults are counted: `status-429`, `reset-before`, … */
export const faultName = (fault: Fault): string => (fault.kind === 'status' ? `status-${fault.status}` : fault.kind);
