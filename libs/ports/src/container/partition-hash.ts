const topBits = 0x3fffffff;

/** FNV-1a with a final mix, as eight upper-case hex digits below `40000000`: spreads partition keys over feed ranges. */
export function partitionHash(partitionKey: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < partitionKey.length; index += 1) {
    hash = Math.imul(hash ^ partitionKey.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hex((hash ^ (hash >>> 16)) & topBits);
}

/** Cuts the key space into `count` equal ranges that cover it without gaps: '' to 'FF'. */
export function evenRanges(count: number): readonly { id: string; minInclusive: string; maxExclusive: string }[] {
  const bound = (index: number): string => hex(Math.floor(((topBits + 1) / count) * index));
  return Array.from({ length: count }, (_, index) => ({
    id: String(index),
    minInclusive: index === 0 ? '' : bound(index),
    maxExclusive: index === count - 1 ? 'FF' : bound(index + 1),
  }));
}

function hex(value: number): string {
  return value.toString(16).toUpperCase().padStart(8, '0');
}
