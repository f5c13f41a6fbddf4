import { randomBytes as machineRandomBytes } from 'node:crypto';
import type { Decodable, EventCodec } from '../codec.ts';
import { InvalidEvent } from '../errors.ts';
import type { DomainEvent, StoredEvent } from '../stored-event.ts';
import { PersonalDataUnprepared } from './errors.ts';
import { valueAt, withValueAt } from './field-paths.ts';
import { openEvents, withheldData } from './open-events.ts';
import { checkPersonalData, type PersonalData, type PersonalField } from './personal-data.ts';
import { isErased, isSealed, isWithheld, sealValue } from './sealed-value.ts';
import type { SubjectKey, SubjectKeys } from './subject-key.ts';

export interface ProtectedCodecOptions {
  readonly personal: PersonalData;
  readonly keys: Pick<SubjectKeys, 'forWriting' | 'forReading'>;
  /**
   * True: what is decoded has its personal data opened, and state, snapshots and read models made of it hold them in clear, which an
   * erasure then has to reach. Default false: they read `{ withheld: true }`, and no copy comes to be.
   */
  readonly opens?: boolean;
  /** Default: the machine's secure source. Only a simulation gives another. */
  readonly randomBytes?: (count: number) => Uint8Array;
}

interface Prepared {
  readonly streamId: string;
  readonly keys: ReadonlyMap<PersonalField, SubjectKey>;
}

/**
 * A codec that stores personal fields encrypted under their subjects' keys. The schema sees the plain values, the store, the hashes,
 * the hubs and every backup see ciphertext.
 *
 * Encoding needs keys, which takes time: `prepareEncode` comes before `encode`, with the same event objects. An event that was not
 * prepared is refused, never stored in clear.
 *
 * @throws TypeError for a map of personal data that cannot work
 */
export function protectedCodec<E extends DomainEvent>(
  codec: EventCodec<E>,
  { personal, keys, opens = false, randomBytes = machineRandomBytes }: ProtectedCodecOptions,
): EventCodec<E> {
  checkPersonalData(personal);
  const prepared = new WeakMap<DomainEvent, Prepared>();
  // Data as they are stored → data as they are read.
  const opened = new WeakMap<StoredEvent['data'], StoredEvent['data']>();
  const isPersonal = (type: string): boolean => Object.hasOwn(personal, type);
  const fieldsOf = (event: DomainEvent): readonly PersonalField[] =>
    isPersonal(event.type)
      ? (personal[event.type] ?? []).filter(({ path }) => valueAt(event.data, path) !== undefined)
      : [];

  const readable = (stored: Decodable): Decodable => {
    if (!isPersonal(stored.type)) return stored;
    const data = opened.get(stored.data) ?? withheldData(stored.data);
    return data === stored.data ? stored : { ...stored, data };
  };

  const base: EventCodec<E> = {
    async prepareEncode(streamId, events) {
      await codec.prepareEncode?.(streamId, events);
      await Promise.all(
        events.map(async (event) => {
          const found = fieldsOf(event).map(async (field) => [field, await keyFor(event, field, keys)] as const);
          if (found.length > 0) prepared.set(event, { streamId, keys: new Map(await Promise.all(found)) });
        }),
      );
    },
    encode(event) {
      const encoded = codec.encode(event);
      const fields = fieldsOf(event);
      if (fields.length === 0) return encoded;
      const ready = prepared.get(event);
      let data = encoded.data;
      for (const field of fields) {
        const { path } = field;
        const value = valueAt(encoded.data, path);
        const key = ready?.keys.get(field);
        if (ready === undefined || key === undefined) {
          throw new PersonalDataUnprepared(event.type, path, 'await prepareEncode(streamId, events) before encode');
        }
        if (isSealed(value) || isErased(value) || isWithheld(value)) {
          throw new InvalidEvent(event.type, `${path} is not in clear: it was read, and cannot be written again`);
        }
        data = withValueAt(
          data,
          path,
          sealValue(value, key, { streamId: ready.streamId, eventType: event.type, path }, randomBytes),
        );
      }
      if (opens) opened.set(data, encoded.data);
      return { ...encoded, data };
    },
    decode: (stored) => codec.decode(readable(stored)),
    decodeAll: (stored) => codec.decodeAll(readable(stored)),
    ...(codec.fingerprint === undefined
      ? {}
      : { fingerprint: `${codec.fingerprint} ${opens ? 'opened' : 'withheld'}` }),
  };
  if (!opens) {
    const { prepareDecode } = codec;
    return prepareDecode === undefined ? base : { ...base, prepareDecode };
  }
  return {
    ...base,
    async prepareDecode(stored) {
      await codec.prepareDecode?.(stored);
      const events = stored.filter(({ type, data }) => isPersonal(type) && !opened.has(data));
      const inClear = await openEvents(events, { personal, keys });
      events.forEach((event, index) => opened.set(event.data, (inClear[index] as StoredEvent).data));
    },
  };
}

async function keyFor(
  event: DomainEvent,
  { path, subject }: PersonalField,
  keys: Pick<SubjectKeys, 'forWriting'>,
): Promise<SubjectKey> {
  const id = valueAt(event.data, subject);
  if (typeof id === 'string' && id !== '') return keys.forWriting(id);
  throw new InvalidEvent(event.type, `${subject}, which names whose data ${path} is, must be a text`);
}
