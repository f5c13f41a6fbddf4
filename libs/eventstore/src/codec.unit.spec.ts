import { eventCodec } from './codec.ts';
import { isInvalidEvent, isUnknownSchemaVersion } from './errors.ts';

type Priced = { readonly type: 'Priced'; readonly data: { readonly amount: number; readonly currency: string } };

const schema = {
  parse(input: unknown): unknown {
    const { amount, currency } = input as Priced['data'];
    if (typeof amount !== 'number') throw new Error('amount must be a number');
    return { amount, currency };
  },
};
const upcasters = {
  1: (data: { price: number }) => ({ amount: data.price }),
  2: (data: { amount: number }) => ({ ...data, currency: 'GBP' }),
};
const codec = eventCodec<Priced>({ Priced: { version: 3, schema, upcasters } });

const thrownBy = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
};

describe('Schemas and evolution: eventCodec', () => {
  it('encodes what its schema returns, in the current version', () => {
    const data = { amount: 5, currency: 'EUR', note: 'not in the schema' };
    expect(codec.encode({ type: 'Priced', data })).toEqual({
      type: 'Priced',
      schemaVersion: 3,
      data: { amount: 5, currency: 'EUR' },
    });
  });

  it('refuses an event that its schema refuses, and one of an unknown type', () => {
    const wrong = { type: 'Priced', data: { amount: '5', currency: 'EUR' } } as unknown as Priced;
    expect(isInvalidEvent(thrownBy(() => codec.encode(wrong)))).toBe(true);
    expect(isInvalidEvent(thrownBy(() => codec.encode({ type: 'Other', data: {} } as unknown as Priced)))).toBe(true);
    expect(isInvalidEvent(thrownBy(() => codec.encode({ type: 'toString', data: {} } as unknown as Priced)))).toBe(
      true,
    );
  });

  it('brings an old event up to date, step by step', () => {
    const event = { type: 'Priced', data: { amount: 5, currency: 'GBP' } };
    expect(codec.decode({ type: 'Priced', schemaVersion: 1, data: { price: 5 } })).toEqual(event);
    expect(codec.decode({ type: 'Priced', schemaVersion: 2, data: { amount: 5 } })).toEqual(event);
  });

  it('passes over a type it does not know', () => {
    expect(codec.decode({ type: 'Other', schemaVersion: 9, data: {} })).toBeUndefined();
  });

  it('refuses an event from the future, and one without a way to the present', () => {
    expect(isUnknownSchemaVersion(thrownBy(() => codec.decode({ type: 'Priced', schemaVersion: 4, data: {} })))).toBe(
      true,
    );
    expect(isUnknownSchemaVersion(thrownBy(() => codec.decode({ type: 'Priced', schemaVersion: 0, data: {} })))).toBe(
      true,
    );
  });

  describe('an event that became several', () => {
    type Now =
      | { readonly type: 'Moved'; readonly data: { readonly to: string; readonly by: string } }
      | { readonly type: 'Paid'; readonly data: { readonly amount: number } };
    const any = { parse: (data: unknown) => data };
    const split = (data: { to: string; amount: number }) => [
      { type: 'Moved', schemaVersion: 1, data: { to: data.to } },
      { type: 'Paid', schemaVersion: 1, data: { amount: data.amount } },
    ];
    const movedAndPaid = { version: 2, schema: any, upcasters: { 1: split } };
    const now = eventCodec<Now>({
      Moved: { version: 2, schema: any, upcasters: { 1: (data: object) => ({ ...data, by: 'van' }) } },
      Paid: { version: 1, schema: any },
      // A type that is no longer written has only its way to the present.
      ...{ MovedAndPaid: movedAndPaid, Noise: { version: 2, schema: any, upcasters: { 1: () => [] } } },
    });
    const old = { type: 'MovedAndPaid', schemaVersion: 1, data: { to: 'Leeds', amount: 5 } };

    it('is decoded into all of them, each brought up to date, or into none', () => {
      expect(now.decodeAll(old)).toEqual([
        { type: 'Moved', data: { to: 'Leeds', by: 'van' } },
        { type: 'Paid', data: { amount: 5 } },
      ]);
      expect(now.decodeAll({ type: 'Noise', schemaVersion: 1, data: {} })).toEqual([]);
    });

    it('is refused where one event is expected, and where upcasters go in a circle', () => {
      expect(isInvalidEvent(thrownBy(() => now.decode(old)))).toBe(true);
      const circle = eventCodec<Priced>({
        Priced: { version: 2, schema: any, upcasters: { 1: () => [{ type: 'Priced', schemaVersion: 1, data: {} }] } },
      });
      const first = { type: 'Priced', schemaVersion: 1, data: {} };
      expect(isUnknownSchemaVersion(thrownBy(() => circle.decodeAll(first)))).toBe(true);
    });
  });

  it('has a fingerprint that changes with versions and upcasters, and not with the order of types', () => {
    const of = (version: number, upcaster: (data: object) => object) =>
      eventCodec<Priced>({ Priced: { version, schema, upcasters: { 1: upcaster } } }).fingerprint;
    const upcaster = (data: object) => data;
    expect(of(2, upcaster)).toBe(of(2, upcaster));
    expect(of(3, upcaster)).not.toBe(of(2, upcaster));
    expect(of(2, (data) => ({ ...data, more: 1 }))).not.toBe(of(2, upcaster));
  });
});
