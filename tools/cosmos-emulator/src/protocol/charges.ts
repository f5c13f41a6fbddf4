const kilobytes = (bytes: number): number => Math.max(1, bytes / 1024);
const round = (charge: number): number => Math.round(charge * 100) / 100;

/** For each indexed path of what is written. */
const chargePerPath = 0.3;

const readOf = (bytes: number): number => 1 + ((kilobytes(bytes) - 1) * 9) / 99;
const writeOf = (bytes: number): number => 5 + ((kilobytes(bytes) - 1) * 45) / 99;

/**
 * A model of request charges that fits the published points (a read of 1 KB is 1 RU, of 100 KB 10 RU, a write of 1 KB
 * 5 RU before indexing, and what is indexed costs more). Good for comparing, not for bills.
 */
export const charges = {
  read: (bytes: number): number => round(readOf(bytes)),
  create: (bytes: number, indexed: number): number => round(writeOf(bytes) + chargePerPath * indexed),
  replace: (bytes: number, indexed: number): number => round(2 * writeOf(bytes) + chargePerPath * indexed),
  remove: (bytes: number): number => round(writeOf(bytes)),
  query: (itemsLoaded: number, bytesReturned: number): number =>
    round(Math.max(2.3, 2.3 + 0.03 * itemsLoaded + (bytesReturned === 0 ? 0 : readOf(bytesReturned) - 1))),
  changeFeed: (bytes: number): number => round(bytes === 0 ? 1 : 1 + readOf(bytes)),
  metadata: 2,
  refused: 1.24,
  sum: (parts: readonly number[]): number => round(parts.reduce((total, part) => total + part, 0)),
} as const;
