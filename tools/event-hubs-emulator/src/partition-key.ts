/**
 * The partition a key belongs to: lookup3 (Bob Jenkins' `hashlittle2` with both seeds 0) over the UTF-8 bytes, folded to a
 * signed 16-bit number. `EventHubBufferedProducerClient` computes the same on its side, so that events of one key sent
 * through either producer meet in one partition here. Azure does not promise that: do not mix producers for one key.
 */
export function partitionOfKey(partitionKey: string, partitionCount: number): number {
  const [b, c] = lookup3(Buffer.from(partitionKey, 'utf8'));
  const folded = ((b ^ c) << 16) >> 16;
  return Math.abs(folded % partitionCount);
}

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

function lookup3(bytes: Buffer): readonly [b: number, c: number] {
  let a = (0xdeadbeef + bytes.length) | 0;
  let b = a;
  let c = a;
  let position = 0;
  while (bytes.length - position > 12) {
    a = (a + bytes.readInt32LE(position)) | 0;
    b = (b + bytes.readInt32LE(position + 4)) | 0;
    c = (c + bytes.readInt32LE(position + 8)) | 0;
    a = ((a - c) ^ rotate(c, 4)) | 0;
    c = (c + b) | 0;
    b = ((b - a) ^ rotate(a, 6)) | 0;
    a = (a + c) | 0;
    c = ((c - b) ^ rotate(b, 8)) | 0;
    b = (b + a) | 0;
    a = ((a - c) ^ rotate(c, 16)) | 0;
    c = (c + b) | 0;
    b = ((b - a) ^ rotate(a, 19)) | 0;
    a = (a + c) | 0;
    c = ((c - b) ^ rotate(b, 4)) | 0;
    b = (b + a) | 0;
    position += 12;
  }
  if (position === bytes.length) return [b, c];

  const tail = Buffer.alloc(12);
  bytes.copy(tail, 0, position);
  a = (a + tail.readInt32LE(0)) | 0;
  b = (b + tail.readInt32LE(4)) | 0;
  c = (c + tail.readInt32LE(8)) | 0;
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  c = ((c ^ b) - rotate(b, 24)) | 0;
  return [b, c];
}
