import type { AsyncApiDocument } from '@daybook/contracts/documents';
import { dereferenced, isJson, type Json, objectIn } from '../json.ts';
import type { Schema } from '../schema/keywords.ts';

/** One type of message on a hub. */
export interface HubMessage {
  /** Of an event. */
  readonly version?: number;
  readonly data: Schema;
}

/** What a service sends to one hub, or receives from it. */
export interface HubFlow {
  readonly hub: string;
  readonly action: 'send' | 'receive';
  readonly partitions: unknown;
  /** Of the CloudEvent, whatever is in it. */
  readonly envelope: Schema;
  /** Of the application properties. */
  readonly headers: Schema;
  /** By type. Empty where they are another service's to define. */
  readonly messages: ReadonlyMap<string, HubMessage>;
}

/** By action and hub: `send order-events`. @throws Error where a message is not described as this repository's are */
export function flowsOf(document: AsyncApiDocument): ReadonlyMap<string, HubFlow> {
  const { channels, operations, components } = dereferenced(document);
  const shared = {
    envelope: components.schemas['CloudEvent'] as Schema,
    headers: objectIn(objectIn(components.messageTraits, 'onHub'), 'headers'),
  };
  return new Map(
    Object.values(operations).map((operation): [string, HubFlow] => {
      const { action, channel, messages } = operation as {
        readonly action: HubFlow['action'];
        readonly channel: Json;
        readonly messages: readonly Json[];
      };
      const hub = String(channel['address']);
      const own = messages.filter((message) => !('$ref' in message)).map(messageOf);
      const partitions = objectIn(channels, hub)['x-partitions'];
      return [`${action} ${hub}`, { hub, action, partitions, ...shared, messages: new Map(own) }];
    }),
  );
}

function messageOf(message: Json): [string, HubMessage] {
  const parts = objectIn(message, 'payload')['allOf'];
  const properties = Array.isArray(parts) ? objectIn(parts[1], 'properties') : {};
  const [type, version] = [objectIn(properties, 'type')['const'], objectIn(properties, 'schemaversion')['const']];
  const data = properties['data'];
  if (typeof type !== 'string' || !isJson(data)) {
    throw new Error('the payload of a message must be allOf the schema CloudEvent and its own type and data');
  }
  return [type, { data, ...(typeof version === 'number' ? { version } : {}) }];
}
