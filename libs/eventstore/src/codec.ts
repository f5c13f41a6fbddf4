import { InvalidEvent, UnknownSchemaVersion } from './errors.ts';
import type { DomainEvent, StoredEvent } from './stored-event.ts';

/** One event type as data: its current version, what its data must look like, and the way from each older version to the next. */
export interface EventDefinition {
  /** What is written now: 1, 2, … */
  readonly version: number;
  /** Returns the data as it is to be stored, throws when it is wrong. A zod schema is one. */
  readonly schema: { parse(input: unknown): unknown };
  /** For each version `n` below `version`: makes data of `n + 1` from data of `n`. Pure. */
  readonly upcasters?: { readonly [fromVersion: number]: (data: never) => unknown };
}

export type EventDefinitions<E extends DomainEvent> = { readonly [T in E['type']]: EventDefinition };

/** An event as it goes into the store. */
export interface EncodedEvent {
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: DomainEvent['data'];
}

export interface EventCodec<E extends DomainEvent> {
  /** @throws InvalidEvent where the schema refuses the data: the code that decided the event is wrong. */
  encode(event: E): EncodedEvent;
  /**
   * The event in the current version of its schema; `undefined` for a type that is not known here. Stored data passed its schema when
   * it was written, and is not parsed again.
   *
   * @throws UnknownSchemaVersion where the event was written by newer code.
   */
  decode(stored: Pick<StoredEvent, 'type' | 'schemaVersion' | 'data'>): E | undefined;
}

/** @param definitions every event type of the aggregate: `{ ThingHappened: { version: 2, schema, upcasters: { 1: (data) => … } } }` */
export function eventCodec<E extends DomainEvent>(definitions: EventDefinitions<E>): EventCodec<E> {
  const known = new Map<string, EventDefinition>(Object.entries<EventDefinition>(definitions));
  return {
    encode(event) {
      const definition = known.get(event.type);
      if (definition === undefined) throw new InvalidEvent(event.type, 'its type is not defined in the codec');
      return { type: event.type, schemaVersion: definition.version, data: parse(event, definition) };
    },
    decode(stored) {
      const definition = known.get(stored.type);
      if (definition === undefined) return undefined;
      return { type: stored.type, data: upcast(stored, definition) } as E;
    },
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

function upcast(
  stored: Pick<StoredEvent, 'type' | 'schemaVersion' | 'data'>,
  definition: EventDefinition,
): DomainEvent['data'] {
  if (stored.schemaVersion > definition.version) {
    throw new UnknownSchemaVersion(stored.type, stored.schemaVersion, `this code knows up to ${definition.version}`);
  }
  let data: unknown = stored.data;
  for (let version = stored.schemaVersion; version < definition.version; version += 1) {
    const step = definition.upcasters?.[version];
    if (step === undefined) {
      throw new UnknownSchemaVersion(stored.type, stored.schemaVersion, `there is no upcaster from ${version}`);
    }
    data = step(data as never);
  }
  return data as DomainEvent['data'];
}
