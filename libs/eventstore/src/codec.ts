import { InvalidEvent, UnknownSchemaVersion } from './errors.ts';
import { sha256 } from './hash.ts';
import type { DomainEvent, StoredEvent } from './stored-event.ts';

/** An event as it goes into the store. */
export interface EncodedEvent {
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: DomainEvent['data'];
}

/** One event type as data: its current version, what its data must look like, and the way from each older version to the next. */
export interface EventDefinition {
  /** What is written now: 1, 2, … */
  readonly version: number;
  /** Returns the data as it is to be stored, throws when it is wrong. A zod schema is one. */
  readonly schema: { parse(input: unknown): unknown };
  /**
   * For each version `n` below `version`: makes data of `n + 1` from data of `n`. Pure. Where an old event has become several, or
   * none, it gives an array of {@link EncodedEvent}: each goes on from the version it names.
   */
  readonly upcasters?: { readonly [fromVersion: number]: (data: never) => unknown };
}

export type EventDefinitions<E extends DomainEvent> = { readonly [T in E['type']]: EventDefinition };

/** What decoding needs of a stored event. */
export type Decodable = Pick<StoredEvent, 'type' | 'schemaVersion' | 'data'>;

export interface EventCodec<E extends DomainEvent> {
  /** @throws InvalidEvent where the schema refuses the data: the code that decided the event is wrong. */
  encode(event: E): EncodedEvent;
  /**
   * What the event is in the current version of its schema: one event, several where an upcaster split it, none for a type that is not
   * known here. Stored data passed its schema when it was written, and is not parsed again.
   *
   * @throws UnknownSchemaVersion where the event was written by newer code.
   */
  decodeAll(stored: Decodable): readonly E[];
  /** As {@link decodeAll} for types that no upcaster splits. @throws InvalidEvent where one did */
  decode(stored: Decodable): E | undefined;
  /** Awaited before events are encoded, so that what encoding needs (keys of subjects) is in memory. */
  prepareEncode?(streamId: string, events: readonly E[]): Promise<void>;
  /** Awaited before a page of stored events is decoded. */
  prepareDecode?(stored: readonly StoredEvent[]): Promise<void>;
  /** Changes with the schema versions and the upcasters: part of what says whether a snapshot is still good. */
  readonly fingerprint?: string;
}

/** An old event may become several, and these again: further than this it is a circle. */
const upcastDepthMax = 32;

/** @param definitions every event type of the aggregate: `{ ThingHappened: { version: 2, schema, upcasters: { 1: (data) => … } } }` */
export function eventCodec<E extends DomainEvent>(definitions: EventDefinitions<E>): EventCodec<E> {
  const known = new Map<string, EventDefinition>(Object.entries<EventDefinition>(definitions));
  const decodeAll = (stored: Decodable): readonly E[] => upcast(stored, known, 0) as readonly E[];
  return {
    encode(event) {
      const definition = known.get(event.type);
      if (definition === undefined) throw new InvalidEvent(event.type, 'its type is not defined in the codec');
      return { type: event.type, schemaVersion: definition.version, data: parse(event, definition) };
    },
    decodeAll,
    decode(stored) {
      const events = decodeAll(stored);
      if (events.length <= 1) return events[0];
      throw new InvalidEvent(
        stored.type,
        `version ${stored.schemaVersion} became ${events.length} events: use decodeAll`,
      );
    },
    fingerprint: sha256(
      [...known]
        .map(([type, { version, upcasters = {} }]) => [type, version, ...Object.values(upcasters).map(String)].join())
        .sort()
        .join('\n'),
    ),
  };
}

function parse(event: DomainEvent, definition: EventDefinition): DomainEvent['data'] {
  let data: unknown;
  try {
    data = definition.schema.parse(event.data);
  } catch (cause) {
    throw new InvalidEvent(event.type, cause instanceof Error ? cause.message : String(cause), cause);
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw new InvalidEvent(event.type, 'its data is not an object');
  }
  return data as DomainEvent['data'];
}

function upcast(stored: Decodable, known: ReadonlyMap<string, EventDefinition>, depth: number): readonly DomainEvent[] {
  const { type, schemaVersion } = stored;
  const definition = known.get(type);
  if (definition === undefined) return [];
  if (schemaVersion > definition.version) {
    throw new UnknownSchemaVersion(type, schemaVersion, `this code knows up to ${definition.version}`);
  }
  let data: unknown = stored.data;
  for (let version = schemaVersion; version < definition.version; version += 1) {
    const step = definition.upcasters?.[version];
    if (step === undefined) throw new UnknownSchemaVersion(type, schemaVersion, `there is no upcaster from ${version}`);
    data = step(data as never);
    if (!Array.isArray(data)) continue;
    if (depth >= upcastDepthMax) throw new UnknownSchemaVersion(type, schemaVersion, 'its upcasters go in a circle');
    return (data as readonly EncodedEvent[]).flatMap((event) => upcast(event, known, depth + 1));
  }
  return [{ type, data: data as DomainEvent['data'] }];
}
