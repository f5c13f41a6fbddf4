/**
 * What an in-memory port does instead of answering:
 * - `before`: nothing is done, the caller is told `unavailable`;
 * - `throttled`: nothing is done, the caller is told to wait;
 * - `executed-but-lost`: it is done, but the answer never comes: a write ends with an unknown outcome.
 */
export type Fault = 'before' | 'throttled' | 'executed-but-lost';
