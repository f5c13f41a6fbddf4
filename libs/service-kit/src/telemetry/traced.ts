import type { CloudEvent, HubName } from '@daybook/contracts';
import type { MessageHandler, Route } from '@daybook/messaging';
import type { Container, Document, Operation } from '@daybook/ports';
import { startSpan } from './tracing.ts';

/** The events container with a span around each append, under the trace of the command whose events it writes. */
export function tracedAppends<T extends Document>(container: Container<T>): Container<T> {
  return {
    ...container,
    batch(partitionKey, operations) {
      const parent = traceparentIn(operations);
      if (parent === undefined) return container.batch(partitionKey, operations);
      const attributes = {
        'db.system.name': 'azure.cosmosdb',
        'db.collection.name': container.name,
        'daybook.stream': partitionKey,
        'daybook.events': operations.filter(({ kind }) => kind === 'create').length,
      };
      const span = startSpan(`append ${container.name}`, { kind: 'client', parent, attributes });
      return container.batch(partitionKey, operations).then(
        (outcome) => {
          const { applied, requestCharge } = outcome;
          span.end({
            attributes: { 'daybook.applied': applied, 'azure.cosmosdb.operation.request_charge': requestCharge },
          });
          return outcome;
        },
        (error: unknown) => {
          span.end({ error });
          throw error;
        },
      );
    },
  };
}

function traceparentIn(operations: readonly Operation[]): string | undefined {
  for (const operation of operations) {
    if (operation.kind !== 'create') continue;
    const { metadata } = operation.document as { readonly metadata?: { readonly traceparent?: unknown } };
    if (typeof metadata?.traceparent === 'string') return metadata.traceparent;
  }
  return undefined;
}

/** A route whose messages carry a span of their own, below the event that they come from: what they cause hangs below it. */
export function tracedRoute(route: Route): Route {
  return (event) =>
    route(event).map((outgoing) => {
      const { hub, message } = outgoing;
      const attributes = { ...messagingAttributes(hub, message), 'messaging.operation.name': 'create' };
      const span = startSpan(`create ${hub}`, { kind: 'producer', parent: message.traceparent, attributes });
      span.end();
      return span.recording && span.traceparent !== undefined
        ? { ...outgoing, message: { ...message, traceparent: span.traceparent } }
        : outgoing;
    });
}

/** A handler that does its work as spans below those that sent the messages. */
export function tracedHandler(hub: HubName, handler: MessageHandler): MessageHandler {
  const { handleTogether } = handler;
  const handle = (message: CloudEvent): Promise<void> =>
    tracedTogether(hub, [message], ([one]) => handler(one ?? message));
  return handleTogether === undefined
    ? handle
    : Object.assign(handle, {
        handleTogether: (messages: readonly CloudEvent[]) => tracedTogether(hub, messages, handleTogether),
      });
}

/** Each message is a span of its own, although the work is done for all of them together. */
async function tracedTogether(
  hub: HubName,
  messages: readonly CloudEvent[],
  handle: (messages: readonly CloudEvent[]) => Promise<void>,
): Promise<void> {
  const spans = messages.map((message) =>
    startSpan(`process ${hub}`, {
      kind: 'consumer',
      parent: message.traceparent,
      attributes: {
        ...messagingAttributes(hub, message),
        'messaging.operation.name': 'process',
        'messaging.batch.message_count': messages.length,
      },
    }),
  );
  try {
    await handle(
      messages.map((message, index) => ({ ...message, traceparent: spans[index]?.traceparent ?? message.traceparent })),
    );
    for (const span of spans) span.end();
  } catch (error) {
    for (const span of spans) span.end({ error });
    throw error;
  }
}

const messagingAttributes = (hub: HubName, { id, type, subject }: CloudEvent) => ({
  'messaging.system': 'eventhubs',
  'messaging.destination.name': hub,
  'messaging.message.id': id,
  'cloudevents.event_type': type,
  'cloudevents.event_subject': subject,
});
