import { attemptMessageId, type HubName } from '@daybook/contracts';
import type { StoredEvent } from '@daybook/eventstore';
import type { Outgoing } from '@daybook/messaging';
import type { SagaEvent } from '../events/saga-events.ts';

/**
 * The relay's route for a saga's stream: each `CommandsIssued` becomes one message per command, keyed by the command's target.
 * Everything else of the stream stays at home.
 *
 * @param options.source who speaks; default `daybook/fulfilment`.
 */
export function sagaCommandsRoute(
  stored: StoredEvent,
  { source = 'daybook/fulfilment' }: { readonly source?: string } = {},
): readonly Outgoing[] {
  if (stored.type !== 'CommandsIssued') return [];
  const { commands } = stored.data as Extract<SagaEvent, { type: 'CommandsIssued' }>['data'];
  return commands.map(({ hub, target, type, data, intentKey, attempt }) => ({
    // As the definition named it: its type has checked it.
    hub: hub as HubName,
    key: target,
    message: {
      specversion: '1.0',
      id: attemptMessageId(intentKey, attempt),
      source,
      type,
      subject: target,
      time: stored.recordedAt,
      datacontenttype: 'application/json',
      data,
      traceparent: stored.metadata.traceparent,
      correlationid: stored.metadata.correlationId,
      causationid: stored.eventId,
      commandkey: intentKey,
      actor: stored.metadata.actor,
    },
  }));
}
