import { serviceNames } from './services.ts';
import { containers, eventsContainer, hubs, hubsMax } from './topology.ts';

const unique = (values: readonly string[]): boolean => new Set(values).size === values.length;

describe('containers', () => {
  it('have names of their own, which every Cosmos DB accepts', () => {
    const names = containers.map(({ name }) => name);
    expect(unique(names)).toBe(true);
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9-]{2,62}$/);
  });

  it('of events are one per service, and carry what the event store rests on', () => {
    const events = containers.filter(({ purpose }) => purpose === 'events');
    expect(Object.fromEntries(events.map(({ service, name }) => [service, name]))).toEqual(eventsContainer);
    for (const { partitionKey, uniqueKeys, indexed } of events) {
      expect({ partitionKey, uniqueKeys }).toEqual({ partitionKey: '/streamId', uniqueKeys: ['/dedup'] });
      // Looked up by version and by command key: without an index each append would be a scan.
      expect(indexed).toEqual(expect.arrayContaining(['/version', '/dedup']));
    }
  });

  it.each(serviceNames)('%s has one of each kind', (service) => {
    const kinds = containers.filter((container) => container.service === service).map(({ purpose }) => purpose);
    const everyones = kinds.filter((kind) => !['timers', 'subject-keys', 'totals'].includes(kind));
    expect(everyones).toEqual([
      'events',
      'snapshots',
      'read-models',
      'leases',
      'dead-letters',
      'outbox',
      'answers',
      'audit',
    ]);
    expect(kinds.includes('timers')).toBe(service === 'fulfilment');
    expect(kinds.includes('subject-keys')).toBe(service === 'order');
    expect(kinds.includes('totals')).toBe(service === 'order');
  });

  it('let nothing end but the answers that are kept, after a day at the earliest', () => {
    for (const { purpose, ttlS } of containers) {
      if (purpose === 'answers') expect(ttlS).toBeGreaterThanOrEqual(86_400);
      else expect(ttlS).toBeUndefined();
    }
  });

  it('are divided by what each kind is asked for', () => {
    const keys = Object.fromEntries(containers.map(({ purpose, partitionKey }) => [purpose, partitionKey]));
    expect(keys).toEqual({
      events: '/streamId',
      snapshots: '/id',
      'read-models': '/id',
      totals: '/partition',
      leases: '/id',
      'dead-letters': '/partition',
      outbox: '/streamId',
      timers: '/partition',
      answers: '/id',
      audit: '/streamId',
      'subject-keys': '/id',
    });
    for (const { indexed = [], uniqueKeys = [], partitionKey } of containers) {
      for (const path of [...indexed, ...uniqueKeys, partitionKey]) expect(path).toMatch(/^\/[A-Za-z/]+$/);
    }
  });
});

describe('hubs', () => {
  it('are at most eight: the Standard tier of Event Hubs allows ten', () => {
    expect(hubsMax).toBe(8);
    expect(hubs.length).toBeLessThanOrEqual(hubsMax);
    expect(unique(hubs.map(({ name }) => name))).toBe(true);
  });

  it('have a fixed number of partitions and consumer groups within the tier', () => {
    for (const { partitions, consumerGroups } of hubs) {
      expect(partitions).toBeGreaterThanOrEqual(1);
      expect(partitions).toBeLessThanOrEqual(32);
      expect(unique(consumerGroups)).toBe(true);
      expect(consumerGroups.length).toBeLessThanOrEqual(20);
    }
  });

  it('of commands and saga inputs have one consumer, the service that carries them out', () => {
    const consumers = Object.fromEntries(hubs.map(({ name, consumerGroups }) => [name, [...consumerGroups]]));
    expect(consumers).toMatchObject({
      'saga-inputs': ['fulfilment'],
      'order-commands': ['order'],
      'inventory-commands': ['inventory'],
      'payment-commands': ['payment'],
    });
  });
});
