import type { ReceivedEventData } from '@azure/event-hubs';
import type { ReceivedMessage } from '@daybook/ports';

/** What the SDK received, as the ports have it. */
export function receivedMessage(event: ReceivedEventData, partitionId: string): ReceivedMessage {
  const key = event.properties?.['key'] ?? event.partitionKey ?? '';
  return {
    messageId: String(event.properties?.['messageId'] ?? event.messageId ?? `${partitionId}/${event.sequenceNumber}`),
    key: String(key),
    body: event.body as unknown,
    partitionId,
    sequenceNumber: event.sequenceNumber,
    offset: event.offset,
    enqueuedAtMs: event.enqueuedTimeUtc.getTime(),
  };
}
