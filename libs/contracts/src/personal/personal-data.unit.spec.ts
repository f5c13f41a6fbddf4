import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EventType } from '../events/event-type.ts';
import { orderEvents } from '../events/order-events.ts';
import { containers, eventsContainer } from '../topology/topology.ts';
import { orderPersonalData, unloggedFields } from './personal-data.ts';

const sealed = { enc: 1, kid: 'k.1', iv: 'iv', tag: 'tag', ct: 'ct' };
const forms = [['sealed', sealed], ['erased', { erased: true }], ['withheld', { withheld: true }]] as const; // prettier-ignore
const fields = Object.entries(orderPersonalData).flatMap(([type, list]) => list.map((field) => ({ type, ...field })));

function latest(type: string): Record<string, unknown> {
  const { version } = (orderEvents as Record<string, EventType>)[type] as EventType;
  const text = readFileSync(join(process.cwd(), 'fixtures', `${type}.v${version}.json`), 'utf8');
  return (JSON.parse(text) as { data: Record<string, unknown> }).data;
}

describe.each(fields)('$path of $type', ({ type, path, subject }) => {
  const { schema } = (orderEvents as Record<string, EventType>)[type] as EventType;

  it.each(forms)('is readable by its schema when it is %s', (_, value) => {
    expect(schema.safeParse({ ...latest(type), [path]: value }).success).toBe(true);
    expect(schema.safeParse({ ...latest(type), [path]: { ...value, more: 1 } }).success).toBe(false);
  });

  it('says whose it is, in a field that erasure can look up', () => {
    expect(typeof latest(type)[subject]).toBe('string');
    const events = containers.find(({ name }) => name === eventsContainer.order);
    expect(events?.indexed).toContain(`/data/${subject}`);
  });

  it('is kept out of logs', () => {
    expect(unloggedFields).toContain(path);
  });
});
