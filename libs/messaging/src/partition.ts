/**
 * Version 1 of the mapping of keys to partitions: FNV-1a (32 bits) over UTF-8, mixed, modulo `count`. It never changes while a hub
 * lives: a key that moved would lose its order.
 *
 * @returns an index from 0 to `count` - 1 into the partition ids in ascending numeric order
 */
export function partitionOf(key: string, count: number): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(key)) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % count;
}
