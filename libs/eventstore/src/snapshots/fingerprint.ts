import type { Decider, Json } from '@daybook/ports';
import type { EventCodec } from '../codec.ts';
import { sha256 } from '../hash.ts';
import type { DomainEvent } from '../stored-event.ts';

/** How a state becomes JSON and comes back. Both pure. */
export interface StateFormat<S> {
  toJson(state: S): Json;
  fromJson(json: Json): S;
}

/**
 * Says which code made a state: the declared version of the state, the text of `evolve` and of the format, the initial state, and the
 * codec's schema versions and upcasters. A snapshot with another fingerprint is passed over.
 *
 * What `evolve` calls is not seen: a change there needs another `stateVersion`.
 */
export function stateFingerprint<E extends DomainEvent, S>(
  stateVersion: number | string,
  decider: Pick<Decider<never, E, S>, 'evolve' | 'initial'>,
  codec: EventCodec<E>,
  format: StateFormat<S>,
): string {
  return sha256(
    JSON.stringify([
      stateVersion,
      String(decider.evolve),
      format.toJson(decider.initial),
      String(format.toJson),
      String(format.fromJson),
      codec.fingerprint ?? '',
    ]),
  );
}
