import type { Runtime } from '@daybook/ports';
import type { Charge, PaymentProvider, ProviderAnswer } from './provider.ts';

/**
 * A provider that decides by the token alone, the same way each time:
 *
 * | token         | an authorization                                             |
 * | ------------- | ------------------------------------------------------------ |
 * | `tok_approve` | is approved                                                  |
 * | `tok_decline` | is declined                                                  |
 * | `tok_slow`    | is approved after 2 s                                        |
 * | `tok_timeout` | is never answered: whether money is held nobody knows        |
 * | `tok_flaky`   | fails twice, then is approved                                |
 *
 * Any other token is declined as unknown. Captures and refunds are always approved, voids always succeed.
 */
export function sandboxProvider(runtime: Runtime): PaymentProvider {
  /** Failures so far of flaky charges; bounded, for the sandbox runs for long. */
  const failures = new Map<string, number>();

  return {
    async authorize(charge, signal) {
      switch (charge.token) {
        case 'tok_approve':
          return approved(charge);
        case 'tok_decline':
          return { kind: 'refused', code: 'card-declined', message: 'The card was declined.' };
        case 'tok_slow':
          await runtime.sleep(2_000, signal);
          signal.throwIfAborted();
          return approved(charge);
        case 'tok_timeout':
          return never(signal);
        case 'tok_flaky': {
          const failed = failures.get(charge.key) ?? 0;
          if (failed >= 2) {
            failures.delete(charge.key);
            return approved(charge);
          }
          if (failures.size >= flakyMax) failures.clear();
          failures.set(charge.key, failed + 1);
          throw new Error('the provider failed (as tok_flaky asks for)');
        }
        default:
          return { kind: 'refused', code: 'token-unknown', message: 'The sandbox does not know this token.' };
      }
    },
    void: () => Promise.resolve(),
    capture: (chargeKey) => Promise.resolve({ kind: 'done', providerReference: `capture-${chargeKey}` }),
    refund: (_chargeKey, refundKey) => Promise.resolve({ kind: 'done', providerReference: `refund-${refundKey}` }),
  };
}

const flakyMax = 10_000;

function approved(charge: Charge): ProviderAnswer {
  return { kind: 'done', providerReference: `charge-${charge.key}` };
}

/** Ends only when the caller gives up. */
function never(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    if (signal.aborted) reject(signal.reason as Error);
  });
}
