import { AwaitableSender } from 'rhea-promise';

/**
 * The SDK's AMQP library ends the process when a send takes too long on a link whose connection broke meanwhile: in a timer, where
 * nobody can catch it, it reads the address of a source that is no longer there. From here on such a link has no address, and the send
 * fails as any other one that took too long. Harmless when it is called again.
 */
export function surviveLateSends(): void {
  let prototype: object | null = AwaitableSender.prototype;
  while (prototype !== null && !Object.hasOwn(prototype, 'address')) {
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  if (prototype === null) return;
  Object.defineProperty(prototype, 'address', {
    configurable: true,
    get(this: { readonly source?: { readonly address?: string } }) {
      return this.source?.address;
    },
  });
}
