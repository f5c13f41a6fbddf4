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

describe('eventCodec', () => {
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
});
