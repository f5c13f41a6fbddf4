import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { hubs } from '../topology/topology.ts';
import type { ServiceName } from '../topology/services.ts';
import { asyncApiOf } from './asyncapi.ts';
import { producers } from './documents.ts';

type Json = Readonly<Record<string, unknown>>;

const official = createRequire(import.meta.url).resolve('@asyncapi/specs/schemas/3.0.0-without-$id.json');
/** The official schema of AsyncAPI 3.0. */
const valid = (() => {
  const ajv = new Ajv({ strict: false });
  addFormats.default(ajv);
  return ajv.compile(JSON.parse(readFileSync(official, 'utf8')) as object);
})();

const documents = Object.fromEntries(producers.map((service) => [service, asyncApiOf(service)])) as Record<
  ServiceName,
  ReturnType<typeof asyncApiOf>
>;
const flowsOf = (service: ServiceName): string[] =>
  Object.entries(documents[service].operations).map(([name, { messages }]) => `${name}: ${(messages as []).length}`);

/** What a reference leads to, in its document or another; `undefined`: nowhere. */
function target(service: ServiceName, ref: string): unknown {
  const [file = '', pointer = ''] = ref.split('#');
  const document = file === '' ? service : (/^\.\/([\w-]+)\.json$/.exec(file)?.[1] as ServiceName);
  return pointer
    .slice(1)
    .split('/')
    .reduce<unknown>((value, key) => (value as Json | undefined)?.[key], documents[document]);
}

function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === '$ref' ? [String(inner)] : references(inner)));
}

describe.each(producers)('the AsyncAPI document of %s', (service) => {
  it('is one, by the official schema', () => {
    valid(documents[service]);
    expect(valid.errors ?? []).toEqual([]);
    expect(valid({ ...documents[service], channels: { broken: { address: 7 } } })).toBe(false);
  });

  it('refers to nothing that is not there', () => {
    const refs = references(documents[service]);
    // One that neither publishes nor consumes has nothing to refer to.
    expect(refs.length > 0).toBe(flowsOf(service).length > 0);
    expect(refs.filter((ref) => target(service, ref) === undefined)).toEqual([]);
  });

  it('names each hub with its partitions, and what keeps a place on it', () => {
    for (const [name, channel] of Object.entries(documents[service].channels)) {
      const hub = hubs.find((each) => each.name === name);
      expect(channel).toMatchObject({ address: name, 'x-partitions': hub?.partitions });
      expect(channel['description']).toMatch(/^Keyed by /);
    }
  });
});

it('a service sends and receives what the topology lets it', () => {
  expect(flowsOf('inventory')).toEqual([
    'send-inventory-events: 9',
    'send-saga-inputs: 7',
    'receive-inventory-commands: 4',
  ]);
  expect(flowsOf('fulfilment')).toEqual([
    'receive-saga-inputs: 28',
    'send-order-commands: 3',
    'send-inventory-commands: 4',
    'send-payment-commands: 4',
  ]);
  expect(documents.order.operations['receive-order-commands']).toMatchObject({ 'x-consumer-group': 'order' });
});

it('events belong to who sends them, commands to both sides', () => {
  expect(documents.fulfilment.channels['saga-inputs']?.['messages']).toMatchObject({
    'order.OrderShipped.v1': { $ref: './order.json#/components/messages/OrderShipped.v1' },
  });
  expect(documents.fulfilment.components.messages).not.toHaveProperty('OrderShipped.v1');
  expect(documents.fulfilment.components.schemas['ReserveStock']).toEqual(
    documents.inventory.components.schemas['ReserveStock'],
  );
});
