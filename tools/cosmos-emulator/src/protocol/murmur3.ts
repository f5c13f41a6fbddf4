const mask = (1n << 64n) - 1n;
const c1 = 0x87c37b91114253d5n;
const c2 = 0x4cf5ad432745937fn;

const rotateLeft = (value: bigint, bits: bigint): bigint => ((value << bits) | (value >> (64n - bits))) & mask;

const finalMix = (value: bigint): bigint => {
  let mixed = value;
  mixed ^= mixed >> 33n;
  mixed = (mixed * 0xff51afd7ed558ccdn) & mask;
  mixed ^= mixed >> 33n;
  mixed = (mixed * 0xc4ceb9fe1a85ec53n) & mask;
  return mixed ^ (mixed >> 33n);
};

const mixFirst = (word: bigint): bigint => (rotateLeft((word * c1) & mask, 31n) * c2) & mask;
const mixSecond = (word: bigint): bigint => (rotateLeft((word * c2) & mask, 33n) * c1) & mask;

/** MurmurHash3 x64 128 with seed 0, as 16 bytes (first word first, each little-endian). */
export const murmur3 = (data: Uint8Array): Buffer => {
  const blocks = Math.floor(data.length / 16);
  // The tail is padded with zeros: a zero word mixes to zero, just as the reference's skipped tail.
  const padded = Buffer.alloc((blocks + 1) * 16);
  padded.set(data);
  let h1 = 0n;
  let h2 = 0n;
  for (let block = 0; block < blocks; block += 1) {
    h1 ^= mixFirst(padded.readBigUInt64LE(block * 16));
    h1 = (((rotateLeft(h1, 27n) + h2) & mask) * 5n + 0x52dce729n) & mask;
    h2 ^= mixSecond(padded.readBigUInt64LE(block * 16 + 8));
    h2 = (((rotateLeft(h2, 31n) + h1) & mask) * 5n + 0x38495ab5n) & mask;
  }
  h2 ^= mixSecond(padded.readBigUInt64LE(blocks * 16 + 8));
  h1 ^= mixFirst(padded.readBigUInt64LE(blocks * 16));
  const length = BigInt(data.length);
  h1 ^= length;
  h2 ^= length;
  h1 = (h1 + h2) & mask;
  h2 = (h2 + h1) & mask;
  h1 = finalMix(h1);
  h2 = finalMix(h2);
  h1 = (h1 + h2) & mask;
  h2 = (h2 + h1) & mask;
  const hash = Buffer.alloc(16);
  hash.writeBigUInt64LE(h1);
  hash.writeBigUInt64LE(h2, 8);
  return hash;
};
