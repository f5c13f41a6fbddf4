import { type PaymentProvider, type ProviderAnswer, sandboxProvider } from '@daybook/payment';
import type { SimProcess } from '../world/process.ts';

/** What the provider's own books say of one charge. Amounts in minor units. */
export interface ProviderCharge {
  held: number;
  captured: number;
  voided: boolean;
  readonly refunds: Map<string, number>;
}

/** The provider's books: outside of the system, they outlive every participant. */
export class ProviderBooks {
  readonly charges = new Map<string, ProviderCharge>();

  of(key: string): ProviderCharge {
    const known = this.charges.get(key);
    if (known !== undefined) return known;
    const charge: ProviderCharge = { held: 0, captured: 0, voided: false, refunds: new Map() };
    this.charges.set(key, charge);
    return charge;
  }
}

/**
 * The sandbox with books, as one process reaches it. A call fails before or after it was done, or is never answered; what is done is
 * done once for a key.
 */
export function simProvider(process: SimProcess, books: ProviderBooks): PaymentProvider {
  const { world } = process;
  const sandbox = sandboxProvider(process.runtime);

  const call = async <R>(what: string, key: string, signal: AbortSignal, execute: () => Promise<R>): Promise<R> => {
    await process.pass();
    const { providerFaults } = world.profile;
    if (world.strikes('provider failed', providerFaults / 3)) throw new Error('the provider is away (seeded)');
    const result = await world.effect(process, () => `${what} ${key} at the provider`, true, execute);
    await world.runtime.sleep(world.random() * 20);
    await process.pass();
    if (world.strikes('provider answer lost', providerFaults / 3)) throw new Error('no answer (seeded: done)');
    if (world.strikes('provider silent', providerFaults / 3)) return never(signal);
    return result;
  };
  const done = (providerReference: string): ProviderAnswer => ({ kind: 'done', providerReference });

  return {
    authorize: (charge, signal) =>
      call('authorize', charge.key, signal, async () => {
        const book = books.of(charge.key);
        if (book.voided) return { kind: 'refused', code: 'voided', message: 'The charge was voided.' };
        // Once for a key: a participant that slept may ask again long after the charge was captured.
        if (book.held > 0 || book.captured > 0) return done(`charge-${charge.key}`);
        // Nobody is answered, but sometimes the money is held all the same.
        if (charge.token === 'tok_timeout' && world.random() < 0.5) book.held = charge.amount;
        const answer = await sandbox.authorize(charge, signal);
        if (answer.kind === 'done' && !book.voided) book.held = charge.amount;
        return answer;
      }),
    void: (key, signal) =>
      call('void', key, signal, async () => {
        const book = books.of(key);
        book.voided = true;
        book.held = 0;
      }),
    capture: (key, amount, signal) =>
      call('capture', key, signal, async () => {
        const book = books.of(key);
        if (book.voided) return { kind: 'refused', code: 'voided', message: 'The charge was voided.' };
        book.captured = amount;
        book.held = 0;
        return done(`capture-${key}`);
      }),
    refund: (key, refundKey, amount, signal) =>
      call('refund', key, signal, async () => {
        books.of(key).refunds.set(refundKey, amount);
        return done(`refund-${refundKey}`);
      }),
  };
}

function never(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
