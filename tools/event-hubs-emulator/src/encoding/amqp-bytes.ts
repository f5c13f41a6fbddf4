/**
 * The little of the AMQP 1.0 type system that is needed to cut a message at section boundaries without decoding it.
 *
 * Decoding and encoding again would lose what the decoder does not keep (the width of numbers, described types, several
 * body sections), so events are only ever cut and joined.
 */

/** Bytes that are not AMQP. The sender is answered with `amqp:decode-error`. */
export class AmqpDecodeError extends Error {
  readonly code = 'AmqpDecodeError';
}

/** Section codes of AMQP 1.0, part 3. */
export const sectionCode = {
  header: 0x70,
  deliveryAnnotations: 0x71,
  messageAnnotations: 0x72,
  data: 0x75,
} as const;

/** One section of a message: its code, and where it and its value lie in the buffer. */
export interface Section {
  readonly code: number;
  readonly start: number;
  readonly valueStart: number;
  readonly end: number;
}

/** Widths of the fixed-width types, by the high half of the type code. */
const fixedWidths: Readonly<Record<number, number>> = { 4: 0, 5: 1, 6: 2, 7: 4, 8: 8, 9: 16 };

/** The position after the value that starts at `start`. */
export function skipValue(bytes: Buffer, start: number): number {
  const end = endOfValue(bytes, start, 0);
  if (end > bytes.length) throw new AmqpDecodeError(`A value at byte ${start} is longer than its message`);
  return end;
}

function endOfValue(bytes: Buffer, start: number, depth: number): number {
  const code = byteAt(bytes, start);
  if (code === 0x00) {
    if (depth > 8) throw new AmqpDecodeError(`Described values nest too deeply at byte ${start}`);
    return endOfValue(bytes, endOfValue(bytes, start + 1, depth + 1), depth + 1);
  }
  const kind = code >> 4;
  const fixed = fixedWidths[kind];
  if (fixed !== undefined) return start + 1 + fixed;
  if (kind === 0xa || kind === 0xc || kind === 0xe) return start + 2 + byteAt(bytes, start + 1);
  if (kind === 0xb || kind === 0xd || kind === 0xf) return start + 5 + uint32At(bytes, start + 1);
  throw new AmqpDecodeError(`Unknown type code 0x${code.toString(16)} at byte ${start}`);
}

/** The sections of a message in their order. */
export function readSections(bytes: Buffer): Section[] {
  const sections: Section[] = [];
  let start = 0;
  while (start < bytes.length) {
    if (bytes[start] !== 0x00) throw new AmqpDecodeError(`Expected a section at byte ${start}`);
    const valueStart = skipValue(bytes, start + 1);
    const end = skipValue(bytes, valueStart);
    sections.push({ code: descriptorCode(bytes, start + 1), start, valueStart, end });
    start = end;
  }
  return sections;
}

/** The number of a section's descriptor. Symbolic descriptors are legal AMQP, but no client sends them. */
function descriptorCode(bytes: Buffer, start: number): number {
  const code = byteAt(bytes, start);
  if (code === 0x53) return byteAt(bytes, start + 1);
  if (code === 0x80) return Number(bytes.readBigUInt64BE(start + 1));
  throw new AmqpDecodeError(`Expected a numeric section descriptor at byte ${start}`);
}

/** The content of the binary value at `start`, without copying. */
export function readBinary(bytes: Buffer, start: number): Buffer {
  const end = skipValue(bytes, start);
  const code = byteAt(bytes, start);
  if (code === 0xa0) return bytes.subarray(start + 2, end);
  if (code === 0xb0) return bytes.subarray(start + 5, end);
  throw new AmqpDecodeError(`Expected a binary value at byte ${start}`);
}

/** The text of the string or symbol at `start`; undefined for a value of another type. */
export function readText(bytes: Buffer, start: number): string | undefined {
  const end = skipValue(bytes, start);
  const code = byteAt(bytes, start);
  if (code === 0xa1 || code === 0xa3) return bytes.toString('utf8', start + 2, end);
  if (code === 0xb1 || code === 0xb3) return bytes.toString('utf8', start + 5, end);
  return undefined;
}

/** Where the entries of the map at `start` lie: positions of key, value and end. */
export function readMapEntries(bytes: Buffer, start: number): { key: number; value: number; end: number }[] {
  const mapEnd = skipValue(bytes, start);
  const code = byteAt(bytes, start);
  if (code !== 0xc1 && code !== 0xd1) throw new AmqpDecodeError(`Expected a map at byte ${start}`);
  const count = code === 0xc1 ? byteAt(bytes, start + 2) : uint32At(bytes, start + 5);
  const entries: { key: number; value: number; end: number }[] = [];
  let position = start + (code === 0xc1 ? 3 : 9);
  for (let item = 0; item < count; item += 2) {
    const value = skipValue(bytes, position);
    const end = skipValue(bytes, value);
    if (end > mapEnd) throw new AmqpDecodeError(`A map at byte ${start} is shorter than its entries`);
    entries.push({ key: position, value, end });
    position = end;
  }
  return entries;
}

/** A symbol of at most 255 ASCII characters. */
export function encodeSymbol(text: string): Buffer {
  return Buffer.concat([Buffer.from([0xa3, text.length]), Buffer.from(text, 'ascii')]);
}

export function encodeString(text: string): Buffer {
  const content = Buffer.from(text, 'utf8');
  if (content.length <= 255) return Buffer.concat([Buffer.from([0xa1, content.length]), content]);
  const prefix = Buffer.alloc(5, 0xb1);
  prefix.writeUInt32BE(content.length, 1);
  return Buffer.concat([prefix, content]);
}

export function encodeLong(value: number): Buffer {
  return encodeEightBytes(0x81, value);
}

/** A timestamp in milliseconds since 1970. */
export function encodeTimestamp(valueMs: number): Buffer {
  return encodeEightBytes(0x83, valueMs);
}

function encodeEightBytes(code: number, value: number): Buffer {
  const bytes = Buffer.alloc(9, code);
  bytes.writeBigInt64BE(BigInt(value), 1);
  return bytes;
}

/** A section whose value is a map; `entries` are encoded keys and values in turn, `itemCount` their number. */
export function encodeMapSection(code: number, itemCount: number, entries: readonly Buffer[]): Buffer {
  const size = entries.reduce((sum, entry) => sum + entry.length, 0);
  const prefix = Buffer.alloc(12);
  prefix.set([0x00, 0x53, code, 0xd1]);
  prefix.writeUInt32BE(size + 4, 4);
  prefix.writeUInt32BE(itemCount, 8);
  return Buffer.concat([prefix, ...entries]);
}

function byteAt(bytes: Buffer, position: number): number {
  const byte = bytes[position];
  if (byte === undefined) throw new AmqpDecodeError(`The message ends at byte ${position}, inside a value`);
  return byte;
}

function uint32At(bytes: Buffer, position: number): number {
  if (position + 4 > bytes.length) {
    throw new AmqpDecodeError(`The message ends at byte ${bytes.length}, inside a value`);
  }
  return bytes.readUInt32BE(position);
}
