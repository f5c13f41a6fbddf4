/** How it is known that a process does its work. */
export type Readiness =
  /** It accepts connections on this loopback port. */
  | { readonly kind: 'tcp'; readonly port: number }
  /** It answers GET on this address with 200. */
  | { readonly kind: 'http'; readonly url: string }
  /** It does one thing and exits with 0. */
  | { readonly kind: 'exit' };

/** One process of a local system, as data. */
export interface ProcessSpec {
  /** Unique; also the name of its log file. */
  readonly name: string;
  /** All of a stage start together, once every earlier stage is ready; stages stop in reverse order. */
  readonly stage: number;
  /** Absolute path of what Node.js runs. */
  readonly script: string;
  /** Absolute path of the same as one bundle, which is run in its place as long as it is there. */
  readonly bundle?: string;
  readonly args: readonly string[];
  /** Added to the environment that all share. */
  readonly env?: Readonly<Record<string, string>>;
  /** Absolute path of a file of environment variables that Node.js adds to them itself: for secrets. */
  readonly envFile?: string;
  readonly ready: Readiness;
  /** The loopback port that it listens on, and the environment variable by which a user moves it or does without it. */
  readonly port?: { readonly number: number; readonly variable: string };
  /** How long it may take to stop before it is killed. Default 5,000. */
  readonly stopTimeoutMs?: number;
  /** For readiness `exit`: it is run again when one of these has died and is back. */
  readonly againAfter?: readonly string[];
}

/** Pauses before a dead process is started again: they double from first to max, and begin anew after a stable time. */
export interface RestartPauses {
  readonly firstMs: number;
  readonly maxMs: number;
  readonly stableMs: number;
}

export const defaultRestartPauses: RestartPauses = { firstMs: 200, maxMs: 5_000, stableMs: 10_000 };
