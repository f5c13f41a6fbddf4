import fc from 'fast-check';
import { httpCommandKey, idempotencyKeyOf } from './command-key.ts';

const caller = fc.option(fc.stringMatching(/^[A-Za-z0-9._@-]{1,100}$/), { nil: undefined });
const key = fc.stringMatching(/^[\x21-\x7e]{1,200}$/);

describe('the key of a command that came over HTTP', () => {
  it('has the Idempotency-Key in it, whatever it is and whoever sent it', () => {
    fc.assert(fc.property(caller, key, (who, what) => expect(idempotencyKeyOf(httpCommandKey(who, what))).toBe(what)));
  });

  it('is never that of another caller or another Idempotency-Key', () => {
    const pair = fc.tuple(caller, key);
    fc.assert(
      fc.property(pair, pair, (one, other) => {
        const same = one[0] === other[0] && one[1] === other[1];
        expect(httpCommandKey(...one) === httpCommandKey(...other)).toBe(same);
      }),
    );
  });

  it.each(['http:6f9619ff-8b86-d011-b42d-00c04fc964ff', 'FulfilOrder:order-1:reserve', 'outbox:a/b'])(
    'is not %s, which came without one or not over HTTP',
    (commandKey) => expect(idempotencyKeyOf(commandKey)).toBeUndefined(),
  );
});
