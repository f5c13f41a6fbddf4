import { asyncApiOf, type AsyncApiDocument, type ServiceName } from '@daybook/contracts/documents';
import { asyncApiChanges } from './asyncapi-changes.ts';

interface Draft {
  readonly channels: Record<string, { messages: Record<string, unknown>; 'x-partitions': number }>;
  readonly operations: Record<string, { messages: { $ref: string }[] }>;
  readonly components: {
    readonly messages: Record<string, unknown>;
    readonly schemas: Record<string, { properties: Record<string, object>; required: string[] }>;
  };
}

/** What changes of a service, when its document does. */
function told(service: ServiceName, change: (draft: Draft) => void): string[] {
  const old = asyncApiOf(service);
  const now = structuredClone(old) as unknown as Draft;
  change(now);
  return asyncApiChanges(old, now as unknown as AsyncApiDocument).map(
    ({ kind, document, path, what }) => `${kind} ${document} ${path}: ${what}`,
  );
}
const schema = (draft: Draft, name: string) => draft.components.schemas[name] as Draft['components']['schemas'][string];

/** The same message under another type or version, in place of the old one or beside it. */
function like(draft: Draft, hub: string, name: string, other: string, { beside = false } = {}): void {
  const [type, version] = other.split('.v');
  const text = JSON.stringify(draft.components.messages[name])
    .replaceAll(`schemas/${name}"`, `schemas/${other}"`)
    .replace(/"type":\{"const":"\w+"\}/, `"type":{"const":"${type}"}`)
    .replace(/"schemaversion":\{"const":\d+\}/, `"schemaversion":{"const":${version}}`);
  draft.components.messages[other] = JSON.parse(text);
  draft.components.schemas[other] = structuredClone(schema(draft, name));
  const operation = Object.entries(draft.operations).find(([key]) => key.endsWith(`-${hub}`))?.[1];
  const channel = draft.channels[hub];
  if (operation === undefined || channel === undefined) throw new Error(`no ${hub}`);
  channel.messages[other] = { $ref: `#/components/messages/${other}` };
  const added = { $ref: `#/channels/${hub}/messages/${other}` };
  operation.messages = [...operation.messages.filter(({ $ref }) => beside || !$ref.endsWith(`/${name}`)), added];
}
const without = (draft: Draft, operation: string, name: string): void => {
  const found = draft.operations[operation];
  if (found !== undefined) found.messages = found.messages.filter(({ $ref }) => !$ref.endsWith(`/${name}`));
};

it('nothing has changed where nothing has', () => {
  for (const service of ['order', 'fulfilment'] as const) expect(told(service, () => undefined)).toEqual([]);
});

describe('an event', () => {
  it('of a new type is compatible: readers pass over types that they do not know', () => {
    expect(
      told('order', (draft) => like(draft, 'order-events', 'OrderDrafted.v1', 'OrderNoted.v1', { beside: true })),
    ).toEqual(['compatible asyncapi send order-events OrderNoted: is new']);
  });

  it('that is not sent any more breaks', () => {
    expect(told('order', (draft) => without(draft, 'send-order-events', 'OrderShipped.v1'))).toEqual([
      'breaking asyncapi send order-events OrderShipped: is gone',
    ]);
  });

  it('of a new version breaks: those who read it wait with it', () => {
    expect(told('order', (draft) => like(draft, 'order-events', 'OrderShipped.v1', 'OrderShipped.v2'))).toEqual([
      'breaking asyncapi send order-events OrderShipped: has version 2, had 1: a reader of the last release waits with it for newer code',
    ]);
  });

  it('of an older version is forbidden', () => {
    expect(told('order', (draft) => like(draft, 'order-events', 'OrderSubmitted.v2', 'OrderSubmitted.v1'))).toEqual([
      'forbidden asyncapi send order-events OrderSubmitted: has version 1, had 2',
    ]);
  });

  it.each<[string, (draft: Draft) => unknown, string]>([
    [
      'a field more',
      (draft) => (schema(draft, 'OrderShipped.v1').properties['weight'] = { type: 'integer' }),
      'weight: is new',
    ],
    ['a field less', (draft) => delete schema(draft, 'OrderShipped.v1').properties['carrier'], 'carrier: is gone'],
    [
      'a tighter limit',
      (draft) => (schema(draft, 'OrderShipped.v1').properties['carrier'] = { type: 'string', maxLength: 50 }),
      'carrier: maxLength is 50, was 100',
    ],
    [
      'a wider limit',
      (draft) => (schema(draft, 'OrderShipped.v1').properties['carrier'] = { type: 'string', maxLength: 200 }),
      'carrier: maxLength is 200, was 100',
    ],
  ])('with %s under the version that is released is forbidden', (_, change, what) => {
    expect(told('order', change)[0]).toBe(`forbidden asyncapi send order-events OrderShipped ${what}`);
  });

  it('may have another value of an open enumeration', () => {
    const lines = told('order', (draft) => {
      schema(draft, 'OrderRejected.v1').properties['reason'] = { type: 'string', 'x-extensible-enum': ['lost'] };
    });
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).toMatch(/^compatible .* OrderRejected reason: known values are \["lost"\]/);
  });
});

describe('a command', () => {
  it('of a new type: whoever takes it adds it, whoever sends it breaks those that do not know it yet', () => {
    const another = (draft: Draft): void =>
      like(draft, 'order-commands', 'ConfirmOrder', 'HoldOrder', { beside: true });
    expect(told('order', another)).toEqual(['compatible asyncapi receive order-commands HoldOrder: is new']);
    expect(told('fulfilment', another)).toEqual([
      'breaking asyncapi send order-commands HoldOrder: is new: the service of the last release, to which it goes, waits with it for newer code',
    ]);
  });

  it('with an optional field more: the same', () => {
    const noted = (draft: Draft): void => {
      schema(draft, 'ConfirmOrder').properties['note'] = { type: 'string' };
    };
    expect(told('order', noted)).toEqual(['compatible asyncapi receive order-commands ConfirmOrder note: is new']);
    expect(told('fulfilment', noted)).toEqual(['breaking asyncapi send order-commands ConfirmOrder note: is new']);
  });

  it('with a required field more breaks what is sent to it', () => {
    const lines = told('order', (draft) => {
      schema(draft, 'ConfirmOrder').properties['note'] = { type: 'string' };
      schema(draft, 'ConfirmOrder').required.push('note');
    });
    expect(lines).toEqual(['breaking asyncapi receive order-commands ConfirmOrder note: is required now']);
  });

  it('that is not taken any more breaks', () => {
    expect(told('order', (draft) => without(draft, 'receive-order-commands', 'ConfirmOrder'))).toEqual([
      'breaking asyncapi receive order-commands ConfirmOrder: is gone',
    ]);
  });
});

describe('a hub', () => {
  it('that is not sent to any more breaks, one more is compatible', () => {
    expect(told('order', (draft) => delete draft.operations['send-order-events'])).toEqual([
      'breaking asyncapi send order-events: is gone',
    ]);
  });

  it('has its partitions for good', () => {
    expect(
      told('order', (draft) => Object.assign(draft.channels['order-events'] ?? {}, { 'x-partitions': 8 })),
    ).toEqual(['forbidden asyncapi send order-events partitions: are 8, were 4']);
  });
});

it('the envelope counts for everything that is sent or taken', () => {
  const lines = told('order', (draft) => {
    const envelope = schema(draft, 'CloudEvent');
    envelope.required.splice(envelope.required.indexOf('traceparent'), 1);
  });
  expect(lines).toEqual([
    'breaking asyncapi send order-events envelope traceparent: may be absent now',
    'breaking asyncapi send saga-inputs envelope traceparent: may be absent now',
    'compatible asyncapi receive order-commands envelope traceparent: may be absent now',
  ]);
});

it('every change that is not compatible says what to do', () => {
  const old = asyncApiOf('order');
  const changes = asyncApiChanges(old, asyncApiOf('payment'));
  expect(changes.length).toBeGreaterThan(0);
  for (const { kind, remedy } of changes) expect(remedy === undefined).toBe(kind === 'compatible');
});
