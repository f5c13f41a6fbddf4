import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { participants } from '../topology/services.ts';
import { serviceEvents } from '../wire/catalogues.ts';
import type { EventType } from './event-type.ts';
import { decodeFixture, type Fixture, fixtureName, missingFixtures } from './fixture.ts';
import { outcomeRepeated } from './outcome-repeated.ts';

const folder = join(process.cwd(), 'fixtures');
const fixtures = readdirSync(folder).map(
  (file) => [file, JSON.parse(readFileSync(join(folder, file), 'utf8')) as Fixture] as const,
);
const catalogue: Readonly<Record<string, EventType>> = Object.assign({}, ...Object.values(serviceEvents));

describe('every event ever published', () => {
  it.each(fixtures)('%s is read today', (_file, fixture) => {
    const data = decodeFixture(fixture);
    expect(catalogue[fixture.type]?.schema.parse(data)).toEqual(data);
  });

  it.each(fixtures)('%s is named after what it holds', (file, { type, schemaVersion }) => {
    expect(file).toBe(fixtureName(type, schemaVersion));
  });

  it('has a fixture of each version of its type', () => {
    const files = fixtures.map(([file]) => file);
    expect(missingFixtures(files)).toEqual([]);
    expect(missingFixtures(files.slice(1))).toEqual(files.slice(0, 1));
  });
});

describe('an event that is not read any more says why', () => {
  const [, shipped] = fixtures.find(([file]) => file === 'OrderShipped.v1.json') ?? [];
  const event = shipped as Fixture;

  it.each<[string, Fixture, RegExp]>([
    ['its type is gone', { ...event, type: 'OrderSent' }, /OrderSent is no event type any more/],
    ['its version is gone', { ...event, schemaVersion: 2 }, /OrderShipped has no version 2 any more/],
    ['nothing leads on from its version', { ...event, schemaVersion: 0 }, /no way from version 0/],
    ['a field is not what it was', { ...event, data: { ...event.data, carrier: 7 } }, /data\.carrier: Invalid input/],
  ])('%s', (_, fixture, reason) => {
    expect(() => decodeFixture(fixture)).toThrow(reason);
  });
});

describe('an event type', () => {
  it('belongs to one service, apart from the repeated outcome, which is the same in all', () => {
    const types = Object.values(serviceEvents).flatMap((events) => Object.keys(events));
    const shared = types.filter((type, index) => types.indexOf(type) !== index);
    expect([...new Set(shared)]).toEqual(['OutcomeRepeated']);
    for (const service of participants) expect(serviceEvents[service]?.['OutcomeRepeated']).toBe(outcomeRepeated);
  });

  it.each(Object.entries(catalogue))('%s refuses fields that it does not know', (type, { schema }) => {
    const fixture = fixtures.find(([file]) => file.startsWith(`${type}.`))?.[1];
    expect(schema.safeParse({ ...(fixture && decodeFixture(fixture)), surprise: 1 }).success).toBe(false);
  });
});

it('orders of version 1 were all in pounds', () => {
  const [, first] = fixtures.find(([file]) => file === 'OrderSubmitted.v1.json') ?? [];
  expect(first?.data).not.toHaveProperty('currency');
  expect(first && decodeFixture(first)).toMatchObject({ currency: 'GBP', orderId: 'inv-536365' });
});
