import {
  AmqpDecodeError,
  encodeLong,
  encodeMapSection,
  encodeString,
  encodeSymbol,
  encodeTimestamp,
  readBinary,
  readMapEntries,
  readSections,
  readText,
  sectionCode,
  skipValue,
} from './amqp-bytes.ts';

/** The message format of a batch: one data section for each encoded event. */
export const BATCH_FORMAT = 0x80013700;

/** An event as its producer sent it, cut where the annotations of the broker go. */
export interface EventParts {
  readonly header: Buffer;
  /** Encoded entries of the producer's message annotations, without those the broker sets itself. */
  readonly annotations: readonly Buffer[];
  readonly partitionKey: string | undefined;
  /** Everything after the message annotations: properties, application properties, body, footer. */
  readonly rest: Buffer;
}

/** What one transfer carries. All its events go to one partition, together or not at all. */
export interface Transfer {
  readonly events: readonly EventParts[];
  readonly partitionKey: string | undefined;
}

/** The place the broker gave to an event. */
export interface EventPlace {
  readonly sequenceNumber: number;
  readonly offset: number;
  readonly enqueuedMs: number;
}

/** What a receiver that asked for the runtime metric is told about the end of the partition. */
export interface TailMetric extends EventPlace {
  readonly retrievedMs: number;
}

const PARTITION_KEY = 'x-opt-partition-key';
const brokerKeys: ReadonlySet<string> = new Set([
  'x-opt-sequence-number',
  'x-opt-offset',
  'x-opt-enqueued-time',
  'x-opt-publisher',
]);

/** The events of a transfer: a batch (`BATCH_FORMAT`) or one plain message. Throws `AmqpDecodeError`. */
export function readTransfer(payload: Buffer, isBatch: boolean): Transfer {
  if (!isBatch) {
    const event = cutEvent(payload);
    return { events: [event], partitionKey: event.partitionKey };
  }
  const events: EventParts[] = [];
  let partitionKey: string | undefined;
  for (const section of readSections(payload)) {
    if (section.code === sectionCode.data) events.push(cutEvent(readBinary(payload, section.valueStart)));
    if (section.code === sectionCode.messageAnnotations) {
      partitionKey = cutAnnotations(payload, section.valueStart).partitionKey;
    }
  }
  return { events, partitionKey: partitionKey ?? events[0]?.partitionKey };
}

function cutEvent(bytes: Buffer): EventParts {
  let header = Buffer.alloc(0);
  let annotations: readonly Buffer[] = [];
  let partitionKey: string | undefined;
  let restStart = 0;
  for (const section of readSections(bytes)) {
    if (section.code > sectionCode.messageAnnotations) break;
    restStart = section.end;
    if (section.code === sectionCode.header) header = Buffer.from(bytes.subarray(section.start, section.end));
    if (section.code === sectionCode.messageAnnotations) {
      ({ annotations, partitionKey } = cutAnnotations(bytes, section.valueStart));
    }
    // Delivery annotations concern one hop only and end here.
  }
  const rest = bytes.subarray(restStart);
  if (rest.length === 0) throw new AmqpDecodeError('An event has no body');
  return { header, annotations, partitionKey, rest };
}

function cutAnnotations(bytes: Buffer, start: number): Pick<EventParts, 'annotations' | 'partitionKey'> {
  const annotations: Buffer[] = [];
  let partitionKey: string | undefined;
  for (const entry of readMapEntries(bytes, start)) {
    const name = readText(bytes, entry.key) ?? '';
    if (name === PARTITION_KEY) partitionKey = readText(bytes, entry.value);
    if (!brokerKeys.has(name)) annotations.push(bytes.subarray(entry.key, entry.end));
  }
  return { annotations, partitionKey };
}

const sequenceNumberKey = encodeSymbol('x-opt-sequence-number');
const offsetKey = encodeSymbol('x-opt-offset');
const enqueuedTimeKey = encodeSymbol('x-opt-enqueued-time');
const partitionKeyKey = encodeSymbol(PARTITION_KEY);

/** The event as consumers receive it: the producer's bytes with the broker's annotations spliced in. */
export function encodeEvent(event: EventParts, partitionKey: string | undefined, place: EventPlace): Buffer {
  const entries = [
    ...event.annotations,
    Buffer.concat([sequenceNumberKey, encodeLong(place.sequenceNumber)]),
    Buffer.concat([offsetKey, encodeString(String(place.offset))]),
    Buffer.concat([enqueuedTimeKey, encodeTimestamp(place.enqueuedMs)]),
  ];
  if (event.partitionKey === undefined && partitionKey !== undefined) {
    entries.push(Buffer.concat([partitionKeyKey, encodeString(partitionKey)]));
  }
  const annotations = encodeMapSection(sectionCode.messageAnnotations, entries.length * 2, entries);
  return Buffer.concat([event.header, annotations, event.rest]);
}

/** A stored event with delivery annotations about the end of its partition. */
export function withTailMetric(event: Buffer, tail: TailMetric): Buffer {
  const headerEnd = endOfHeader(event);
  const metric = encodeMapSection(sectionCode.deliveryAnnotations, 8, [
    encodeSymbol('last_enqueued_sequence_number'),
    encodeLong(tail.sequenceNumber),
    encodeSymbol('last_enqueued_offset'),
    encodeString(String(tail.offset)),
    encodeSymbol('last_enqueued_time_utc'),
    encodeTimestamp(tail.enqueuedMs),
    encodeSymbol('runtime_info_retrieval_time_utc'),
    encodeTimestamp(tail.retrievedMs),
  ]);
  return Buffer.concat([event.subarray(0, headerEnd), metric, event.subarray(headerEnd)]);
}

function endOfHeader(event: Buffer): number {
  const startsWithHeader =
    (event[1] === 0x53 && event[2] === sectionCode.header) ||
    (event[1] === 0x80 && event.readBigUInt64BE(2) === BigInt(sectionCode.header));
  return startsWithHeader ? skipValue(event, 0) : 0;
}
