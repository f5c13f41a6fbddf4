import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EventType } from './event-type.ts';
import { orderEvents } from './order-events.ts';
import { paymentEvents } from './payment-events.ts';
import { stockEvents } from './stock-events.ts';

// A fixture is an event as it was once published. It is never changed: stored events do not change either.
interface Fixture {
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: Record<string, unknown>;
}

const folder = join(process.cwd(), 'fixtures');
const fixtures = readdirSync(folder).map(
  (file) => [file, JSON.parse(readFileSync(join(folder, file), 'utf8')) as Fixture] as const,
);
const catalogue: Readonly<Record<string, EventType>> = { ...orderEvents, ...stockEvents, ...paymentEvents };

function upcast({ type, schemaVersion, data }: Fixture): Record<string, unknown> {
  const definition = catalogue[type];
  if (definition === undefined) throw new Error(`${type} is no event type any more: its events are still stored`);
  let current = data;
  for (let version = schemaVersion; version < definition.version; version += 1) {
    const step = definition.upcasters?.[version];
    if (step === undefined) throw new Error(`${type} has no way from version ${version} to the next`);
    current = step(current);
  }
  return current;
}

describe('every event ever published', () => {
  it.each(fixtures)('%s is read today', (_file, fixture) => {
    const data = upcast(fixture);
    expect(catalogue[fixture.type]?.schema.parse(data)).toEqual(data);
  });

  it.each(fixtures)('%s is named after what it holds', (file, { type, schemaVersion }) => {
    expect(file).toBe(`${type}.v${schemaVersion}.json`);
  });

  it('has a fixture of each version of its type', () => {
    const expected = Object.entries(catalogue).flatMap(([type, { version }]) =>
      Array.from({ length: version }, (_, index) => `${type}.v${index + 1}.json`),
    );
    expect(fixtures.map(([file]) => file).toSorted()).toEqual(expected.toSorted());
  });
});

describe('an event type', () => {
  it('belongs to one service, apart from the repeated outcome, which is the same in all', () => {
    const types = [orderEvents, stockEvents, paymentEvents].flatMap((events) => Object.keys(events));
    const shared = types.filter((type, index) => types.indexOf(type) !== index);
    expect([...new Set(shared)]).toEqual(['OutcomeRepeated']);
    expect(orderEvents.OutcomeRepeated).toBe(stockEvents.OutcomeRepeated);
    expect(orderEvents.OutcomeRepeated).toBe(paymentEvents.OutcomeRepeated);
  });

  it.each(Object.entries(catalogue))('%s refuses fields that it does not know', (type, { schema }) => {
    const fixture = fixtures.find(([file]) => file.startsWith(`${type}.`))?.[1];
    expect(schema.safeParse({ ...(fixture && upcast(fixture)), surprise: 1 }).success).toBe(false);
  });
});

it('orders of version 1 were all in pounds', () => {
  const [, first] = fixtures.find(([file]) => file === 'OrderSubmitted.v1.json') ?? [];
  expect(first?.data).not.toHaveProperty('currency');
  expect(first && upcast(first)).toMatchObject({ currency: 'GBP', orderId: 'inv-536365' });
});
