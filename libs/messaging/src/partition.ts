/**
 * Version 1 of the mapping of keys to partitions: FNV-1a (32 bits) over the key in UTF-8, mixed by the finalizer of MurmurHash3,
 * modulo `count`.
 *
 * It may never change while there is a hub that was filled by it, nor may a hub's number of partitions: a key that moved would have
 * messages in two partitions at once, which are read beside each other, and its order would be lost without any sign of it. The
 * broker's own hash of partition keys is not used because it is not documented and not the same in every broker. A version 2 would
 * need hubs of its own. The values of version 1 are pinned in a test.
 *
 * @param count how many partitions the hub has: 1 or more
 * @returns an index from 0 to `count` - 1 into the partition ids in ascending numeric order
 * @throws RangeError for a count that no hub has
 */
export function partitionOf(key: string, count: number): number {
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`count: a hub has 1 partition or more, not ${count}`);
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(key)) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % count;
}
