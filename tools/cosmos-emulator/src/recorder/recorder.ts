import type { OperationKind } from '../operations/operation.ts';

/** A request and what became of it. */
export interface RecordedRequest {
  /** Counts from 1; goes on after a reset. */
  readonly number: number;
  /** Milliseconds since 1970, by the emulator's clock, when it arrived. */
  readonly atMs: number;
  readonly operation: OperationKind;
  readonly database?: string | undefined;
  readonly container?: string | undefined;
  /** The components of the partition key, where the request names one. */
  readonly partitionKey?: readonly unknown[] | undefined;
  /** Id of the addressed item. */
  readonly id?: string | undefined;
  /** 0 when the connection broke before anything was done. A lost answer has the status that it would have had. */
  readonly status: number;
  readonly substatus?: number | undefined;
  /** Request units by the emulator's model. */
  readonly requestCharge: number;
  readonly durationMs: number;
  /** The injected fault that it met, by its name. */
  readonly fault?: string | undefined;
}

/** Every request, through whichever face, the newest last. */
export interface Recorder {
  entries(): readonly RecordedRequest[];
  /** How many of the oldest were forgotten since the last reset. */
  dropped(): number;
  reset(): void;
}

/** A recorder that keeps the newest `entriesMax` requests. */
export const createRecorder = (
  entriesMax: number,
): Recorder & { record(entry: Omit<RecordedRequest, 'number'>): void } => {
  let ring: RecordedRequest[] = [];
  let count = 0;
  let forgotten = 0;
  /** Where the oldest entry is once the ring is full. */
  let oldest = 0;
  return {
    entries: () => [...ring.slice(oldest), ...ring.slice(0, oldest)],
    dropped: () => forgotten,
    reset: () => {
      ring = [];
      oldest = 0;
      forgotten = 0;
    },
    record: (entry) => {
      count += 1;
      const recorded = { number: count, ...entry };
      if (ring.length < entriesMax) return void ring.push(recorded);
      ring[oldest] = recorded;
      oldest = (oldest + 1) % entriesMax;
      forgotten += 1;
    },
  };
};
