import { eventCodec, type EventDefinitions, type StoredEvent } from '@daybook/eventstore';
import { type SagaEvent, sagaEvents } from './saga-events.ts';

const definitions: EventDefinitions<SagaEvent> = sagaEvents;

/** Writes and reads the events of a saga's stream. */
export const sagaCodec = eventCodec<SagaEvent>(definitions);

/** A stored event in its current version; `undefined` for a type that no saga has. */
export function parseSagaEvent(stored: StoredEvent): SagaEvent | undefined {
  return sagaCodec.decode(stored);
}
