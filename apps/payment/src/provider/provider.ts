/** What a call to the provider is about. */
export interface Charge {
  /**
   * Idempotency key of the charge, the same at every try: whatever happens to the calls, the provider charges once for a key.
   */
  readonly key: string;
  /** Minor units. */
  readonly amount: number;
  readonly currency: string;
  readonly token: string;
}

export type ProviderAnswer =
  | { readonly kind: 'done'; readonly providerReference: string }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

/**
 * A payment provider. Every call may be repeated with the same key and does its work once. It throws when the provider fails without
 * deciding (try again), and may take for ever: the caller passes a signal and puts a limit on it.
 */
export interface PaymentProvider {
  authorize(charge: Charge, signal: AbortSignal): Promise<ProviderAnswer>;
  /** Releases what the charge holds. Of a charge never seen it makes sure that none comes later. */
  void(chargeKey: string, signal: AbortSignal): Promise<void>;
  capture(chargeKey: string, amount: number, signal: AbortSignal): Promise<ProviderAnswer>;
  refund(chargeKey: string, refundKey: string, amount: number, signal: AbortSignal): Promise<ProviderAnswer>;
}
