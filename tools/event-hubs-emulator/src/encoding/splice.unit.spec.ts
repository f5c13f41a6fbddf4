import fc from 'fast-check';
import rhea from 'rhea';
import { AmqpDecodeError } from './amqp-bytes.ts';
import { encodeEvent, readTransfer, withTailMetric } from './splice.ts';

const place = { sequenceNumber: 7, offset: 4096, enqueuedMs: 1_700_000_000_000 };

const encode = (message: object): Buffer => rhea.message.encode(message as never) as unknown as Buffer;
const decode = (bytes: Buffer) => rhea.message.decode(bytes as never) as unknown as Record<string, unknown>;

function splice(message: Buffer): Buffer {
  const transfer = readTransfer(message, false);
  const [event] = transfer.events;
  if (event === undefined) throw new Error('No event');
  return encodeEvent(event, transfer.partitionKey, place);
}

describe('splicing annotations into an event', () => {
  it('adds the place and keeps what the producer set', () => {
    const bytes = splice(
      encode({
        durable: true,
        message_annotations: { 'x-opt-partition-key': 'k', 'x-mine': 'yes', 'x-opt-offset': 'forged' },
        delivery_annotations: { hop: 1 },
        message_id: 'm',
        body: 'text',
      }),
    );
    const message = decode(bytes);
    expect(message).toMatchObject({
      durable: true,
      message_id: 'm',
      body: 'text',
      message_annotations: {
        'x-opt-partition-key': 'k',
        'x-mine': 'yes',
        'x-opt-sequence-number': 7,
        'x-opt-offset': '4096',
      },
    });
    expect(message['delivery_annotations']).toBeUndefined();
  });

  it('leaves every byte after the annotations as it was', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ minLength: 1 }), fc.oneof(fc.string(), fc.integer(), fc.boolean())),
        fc.uint8Array({ maxLength: 600 }),
        fc.boolean(),
        (properties, body, durable) => {
          const content = rhea.message.data_section(Buffer.from(body) as never);
          const whole = encode({ durable, application_properties: properties, body: content });
          const spliced = splice(whole);
          const rest = readTransfer(whole, false).events[0]?.rest ?? Buffer.alloc(0);
          expect(rest.length).toBeGreaterThan(body.length);
          expect(whole.subarray(whole.length - rest.length)).toEqual(rest);
          expect(spliced.subarray(spliced.length - rest.length)).toEqual(rest);
        },
      ),
    );
  });

  it('puts the metric between header and annotations', () => {
    for (const durable of [true, undefined]) {
      const message = decode(withTailMetric(splice(encode({ durable, body: 'x' })), { ...place, retrievedMs: 1 }));
      expect(message).toMatchObject({
        delivery_annotations: { last_enqueued_sequence_number: 7, last_enqueued_offset: '4096' },
        message_annotations: { 'x-opt-sequence-number': 7 },
        body: 'x',
      });
    }
  });

  it('answers any bytes with events or with a decode error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.boolean(), (bytes, isBatch) => {
        try {
          readTransfer(Buffer.from(bytes), isBatch);
        } catch (error) {
          expect(error).toBeInstanceOf(AmqpDecodeError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('answers a damaged event with events or with a decode error', () => {
    const whole = encode({ durable: true, message_annotations: { a: 'b' }, message_id: 'm', body: 'text' });
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, byte, length) => {
        const damaged = Buffer.from(whole.subarray(0, length));
        if (at < length) damaged[at] = byte;
        try {
          readTransfer(damaged, false);
        } catch (error) {
          expect(error).toBeInstanceOf(AmqpDecodeError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
