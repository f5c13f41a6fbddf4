import { shopServices } from '@daybook/contracts';
import type { StoredEvent } from '@daybook/eventstore';
import * as fc from 'fast-check';
import { rechained, withStream } from './test-support/forgery.ts';
import { embeddedShop } from './test-support/shop.ts';
import { verifyHistories } from './verify.ts';

const fields = [
  'data',
  'metadata',
  'type',
  'dedup',
  'schemaVersion',
  'recordedAt',
  'version',
  'eventId',
  'hash',
] as const;

describe('Tamper evidence: an event of which anything was changed', () => {
  it('is a finding, whatever stands in its place', async () => {
    const shop = embeddedShop();
    await shop.receive('85123A', 10);
    await shop.place('o1', [{ sku: '85123A', quantity: 3, unitPrice: 255 }]);
    await shop.ship('o1');
    await shop.takeBack('o1', '85123A', 1);
    const histories = await shop.histories();
    expect(verifyHistories(histories).findings).toEqual([]);
    const places = shopServices.flatMap((service) =>
      [...histories[service]].flatMap(([streamId, events]) => events.map((_, index) => ({ service, streamId, index }))),
    );
    const value = fc.oneof(fc.constant(undefined), fc.constant(null), fc.jsonValue());
    fc.assert(
      fc.property(
        fc.constantFrom(...places),
        fc.constantFrom(...fields),
        value,
        ({ index, ...place }, field, changed) => {
          const forged = withStream(histories, place.service, place.streamId, (events) =>
            events.map((event, each) => (each === index ? ({ ...event, [field]: changed } as StoredEvent) : event)),
          );
          expect(verifyHistories(forged).findings.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 300, seed: 5 },
    );
  });

  it('never ends the verification, even where the chain was made to fit', async () => {
    const shop = embeddedShop();
    await shop.receive('85123A', 10);
    await shop.place('o1', [{ sku: '85123A', quantity: 3, unitPrice: 255 }]);
    const histories = await shop.histories();
    for (const service of shopServices) {
      const [streamId] = histories[service].keys();
      const forged = withStream(histories, service, streamId ?? '', (events) =>
        rechained(events.map((event) => ({ ...event, data: {} }))),
      );
      expect(verifyHistories(forged).findings.length).toBeGreaterThan(0);
    }
  });
});
