import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Fixture } from '../events/fixture.ts';
import { serviceEvents, takenCommands } from '../wire/catalogues.ts';
import { jsonSchemaFiles } from './json-schemas.ts';

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, keywords: ['x-extensible-enum'] });
const schemas = new Map(
  jsonSchemaFiles().map(({ path, text }) => [path.replace('json-schema/', ''), JSON.parse(text) as { $id: string }]),
);
const fits = (path: string, data: unknown): boolean => ajv.validate(schemas.get(path) ?? false, data);

const folder = join(process.cwd(), 'fixtures');
const fixtures = readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Fixture);
const sealed = { enc: 1, kid: 'k.1', iv: 'iv', tag: 'tag', ct: 'ct' };

const events = Object.entries(serviceEvents).flatMap(([service, catalogue]) =>
  Object.entries(catalogue).map(([type, { version }]) => ({ service, type, version })),
);

describe('the JSON Schema', () => {
  it.each(events)('of $type of $service takes what is on the wire, and nothing else', ({ service, type, version }) => {
    const path = `${service}/events/${type}.v${version}.json`;
    const stored = fixtures.find((fixture) => fixture.type === type && fixture.schemaVersion === version)?.data ?? {};
    const onTheWire = 'shipTo' in stored ? { ...stored, shipTo: sealed } : stored;
    expect(fits(path, onTheWire)).toBe(true);
    expect(fits(path, { ...onTheWire, surprise: 1 })).toBe(false);
  });

  it('of personal data is of what is sealed: nothing else is on a hub', () => {
    const path = 'order/events/OrderSubmitted.v2.json';
    const data = fixtures.find(({ type, schemaVersion }) => type === 'OrderSubmitted' && schemaVersion === 2)?.data;
    for (const shipTo of [data?.['shipTo'], { erased: true }, { withheld: true }]) {
      expect(fits(path, { ...data, shipTo })).toBe(false);
    }
    expect(fits(path, { ...data, shipTo: sealed })).toBe(true);
  });

  it('of an open enumeration knows its values, and refuses no other', () => {
    const rejected = { orderId: 'o1', reason: 'lost' };
    expect(fits('order/events/OrderRejected.v1.json', rejected)).toBe(true);
    expect(fits('order/commands/RejectOrder.json', rejected)).toBe(false);
  });

  it('is there of every command, by the service that takes it', () => {
    const commands = Object.entries(takenCommands).flatMap(([service, taken]) =>
      Object.keys(taken).map((type) => `${service}/commands/${type}.json`),
    );
    expect([...schemas.keys()].filter((path) => path.includes('/commands/'))).toEqual(commands);
  });

  it('has a name that no other has', () => {
    expect(new Set([...schemas.values()].map(({ $id }) => $id)).size).toBe(schemas.size);
  });
});
