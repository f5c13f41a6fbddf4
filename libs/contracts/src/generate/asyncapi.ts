import { jsonSchemaOf } from '../json-schema.ts';
import { hubSenders } from '../topology/hub-senders.ts';
import { type HubDefinition, type HubName, hubs } from '../topology/topology.ts';
import type { ServiceName } from '../topology/services.ts';
import { contractVersions } from '../versions.ts';
import { cloudEvent } from '../wire/cloud-event.ts';
import { type HubMessageType, hubMessagesOf } from '../wire/hub-messages.ts';

type Json = Readonly<Record<string, unknown>>;

/** An AsyncAPI 3.0 document: JSON. */
export interface AsyncApiDocument {
  readonly asyncapi: '3.0.0';
  readonly info: Json;
  /** By hub. */
  readonly channels: Readonly<Record<string, Json>>;
  readonly operations: Readonly<Record<string, Json>>;
  readonly components: {
    readonly messages: Readonly<Record<string, Json>>;
    readonly schemas: Readonly<Record<string, Json>>;
    readonly messageTraits: Json;
  };
}

interface Flow {
  readonly hub: HubDefinition & { readonly name: HubName };
  readonly action: 'send' | 'receive';
  readonly messages: readonly (HubMessageType & { readonly sender: ServiceName })[];
}

/** What a service sends to hubs and takes from them. Pure: the same contracts give the same document. */
export function asyncApiOf(service: ServiceName): AsyncApiDocument {
  const flows = hubs.flatMap((hub) => flowsOf(hub, service)).filter(({ messages }) => messages.length > 0);
  const own = flows.filter((flow) => !isForeign(flow)).flatMap(({ messages }) => messages);
  return {
    asyncapi: '3.0.0',
    info: { title: `Daybook: ${service}`, version: contractVersions[service], description: guarantees },
    ...{ defaultContentType: 'application/json', servers },
    channels: Object.fromEntries(flows.map((flow) => [flow.hub.name, channelOf(flow)])),
    operations: Object.fromEntries(
      flows.map((flow) => [`${flow.action}-${flow.hub.name}`, operationOf(flow, service)]),
    ),
    components: {
      messages: Object.fromEntries(own.map((message) => [nameOf(message), messageOf(message)])),
      schemas: {
        CloudEvent: jsonSchemaOf(cloudEvent, 'output'),
        ...Object.fromEntries(own.map((message) => [nameOf(message), jsonSchemaOf(message.schema, 'output')])),
      },
      messageTraits: { onHub: trait },
    },
  };
}

function flowsOf(hub: Flow['hub'], service: ServiceName): readonly Flow[] {
  const received = hub.consumerGroups.includes(service) ? hubSenders[hub.name] : [];
  const from = (sender: ServiceName) => hubMessagesOf(hub.name, sender).map((message) => ({ ...message, sender }));
  return [
    { hub, action: 'send', messages: from(service) },
    { hub, action: 'receive', messages: received.flatMap(from) },
  ];
}

/** Events are their sender's to define: who receives them refers to its document. A command is defined by both sides. */
const isForeign = ({ action, messages }: Flow): boolean => action === 'receive' && messages[0]?.version !== undefined;

const nameOf = ({ type, version }: HubMessageType): string => (version === undefined ? type : `${type}.v${version}`);

function channelOf(flow: Flow): Json {
  const { hub, messages } = flow;
  return {
    address: hub.name,
    description: keyOf(hub.name),
    messages: Object.fromEntries(
      messages.map((message) => {
        const document = isForeign(flow) ? `./${message.sender}.json` : '';
        return [channelName(flow, message), { $ref: `${document}#/components/messages/${nameOf(message)}` }];
      }),
    ),
    'x-partitions': hub.partitions,
  };
}

/** Where several send, `OutcomeRepeated` comes from each of them. */
const channelName = (flow: Flow, message: Flow['messages'][number]): string =>
  isForeign(flow) ? `${message.sender}.${nameOf(message)}` : nameOf(message);

function operationOf(flow: Flow, service: ServiceName): Json {
  const { hub, action, messages } = flow;
  return {
    action,
    channel: { $ref: `#/channels/${hub.name}` },
    messages: messages.map((message) => ({ $ref: `#/channels/${hub.name}/messages/${channelName(flow, message)}` })),
    ...(action === 'receive' ? { 'x-consumer-group': service } : {}),
  };
}

function messageOf(message: Flow['messages'][number]): Json {
  const { type, version, sender } = message;
  const data = { $ref: `#/components/schemas/${nameOf(message)}` };
  const properties = { source: { const: `daybook/${sender}` }, type: { const: type }, data };
  const ofEvents = { schemaversion: { const: version }, streamversion: { type: 'integer', minimum: 1 } };
  const own =
    version === undefined
      ? { properties }
      : { properties: { ...properties, ...ofEvents }, required: Object.keys(ofEvents) };
  return {
    name: type,
    title: version === undefined ? `Command ${type}` : `Event ${type}, version ${version}`,
    traits: [{ $ref: '#/components/messageTraits/onHub' }],
    payload: { allOf: [{ $ref: '#/components/schemas/CloudEvent' }, { type: 'object', ...own }] },
  };
}

const guarantees =
  'Messages are CloudEvents 1.0 in structured JSON. They are delivered at least once: a message may come again, also long after it came ' +
  'first. Of one key, first occurrences come in the order of their stream, where the sender does not publish as `hybrid` (then not on ' +
  'hubs of events). So gate on `subject` and `streamversion`, or on `id`. An event is changed under a new `schemaversion`, and one that was ' +
  'stored before comes again as it was then. With a version that you do not know, wait for code that knows it; pass over types of events ' +
  'that you do not know. Personal data are sealed: only their service can read them.';

function keyOf(hub: HubName): string {
  if (hub === 'saga-inputs') return 'Keyed by saga: `FulfilOrder:<orderId>` or `ReturnOrder:<returnId>`.';
  return `Keyed by \`subject\`, the stream that ${hub.endsWith('-commands') ? 'the command is for' : 'the event is from'}.`;
}

const servers: Json = {
  eventHubs: {
    host: '{namespace}.servicebus.windows.net',
    protocol: 'amqps',
    protocolVersion: '1.0',
    description: 'Azure Event Hubs. What a service may send to and receive from is given to its identity.',
    variables: { namespace: { description: 'The namespace of hubs.' } },
  },
};

/** What every message has besides its payload. */
const trait: Json = {
  contentType: 'application/json',
  correlationId: { location: '$message.payload#/correlationid' },
  headers: {
    type: 'object',
    description: 'Application properties of the AMQP message.',
    properties: {
      key: {
        type: 'string',
        description:
          'What keeps its place: the sender chooses the partition by a fixed hash of it, and messages of one key stay in order.',
      },
      messageId: {
        type: 'string',
        maxLength: 256,
        description: 'The `id` of the CloudEvent; of one longer than 128 characters its beginning and its hash.',
      },
    },
    required: ['key', 'messageId'],
  },
};
