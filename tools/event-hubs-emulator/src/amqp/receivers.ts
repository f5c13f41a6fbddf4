import type { Sender } from 'rhea';
import { breakOf } from '../faults/fault.ts';
import type { NextFault } from '../faults/injector.ts';
import type { ClientConnection } from './client-connection.ts';
import type { Consumers } from './consumers.ts';
import type { AttachedReceiver, Ownership } from './ownership.ts';
import type { Entity } from './paths.ts';
import { resolvePosition } from './position.ts';
import { createPump } from './pump.ts';
import type { Refusal } from './refusals.ts';
import { refusals } from './refusals.ts';
import { closeLink, refuseLink } from './rhea-access.ts';
import { breakLink } from './strike.ts';

const SELECTOR_FILTER = 'apache.org:selector-filter:string';

export interface ReceiverDependencies {
  readonly client: ClientConnection;
  readonly ownership: Ownership;
  readonly consumers: Consumers;
  readonly nextFault: NextFault;
  readonly now: () => number;
}

/** Serves a link on which a client receives the events of a partition (to the server it is a sender). */
export function serveReceiver(link: Sender, entity: Entity, dependencies: ReceiverDependencies): void {
  const { hub, consumerGroup, partition } = entity;
  if (consumerGroup === undefined || partition === undefined) {
    refuseLink(link, refusals.argument('Events are received from a partition of a consumer group'));
    return;
  }
  const filter = readFilter(link);
  const position = typeof filter === 'object' ? filter : resolvePosition(partition, filter);
  const epoch = readEpoch(link);
  const refused = [position, epoch].find((value) => typeof value === 'object');
  if (refused !== undefined) {
    refuseLink(link, refused);
    return;
  }
  const receiver: AttachedReceiver = {
    name: String(link.properties?.['com.microsoft:receiver-name'] ?? link.name),
    epoch: epoch as number | undefined,
    disconnect(reason) {
      dependencies.client.releaseLink(link);
      if (link.is_open()) closeLink(link, reason);
    },
  };
  const key = `${hub.name}/${consumerGroup}/${partition.number}`;
  const refusal = dependencies.ownership.attach(key, receiver);
  if (refusal !== undefined) {
    refuseLink(link, refusal);
    return;
  }
  const { client, ownership, consumers, nextFault, now } = dependencies;
  const occasion = { operation: 'receive', hub: hub.name, partition: String(partition.number), consumerGroup } as const;
  const pump = createPump(link, {
    partition,
    from: Number(position),
    now,
    nextFault: () => nextFault(occasion),
    strike: (fault) => breakLink(link, client, breakOf(fault) ?? 'detach'),
  });
  const untrack = consumers.track(entity, {
    receiver: receiver.name,
    epoch: receiver.epoch,
    progress: pump.progress,
  });
  client.hold(link, () => {
    untrack();
    pump.stop();
    ownership.detach(key, receiver);
  });
  link.set_source({ address: link.source.address });
}

/** The text of the selector filter. Any other filter is refused: ignoring it would deliver what was not asked for. */
function readFilter(link: Sender): string | undefined | Refusal {
  const filters: Record<string, unknown> = link.source.filter ?? {};
  const unknown = Object.keys(filters).find((name) => name !== SELECTOR_FILTER);
  if (unknown !== undefined) return refusals.notImplemented(`The filter '${unknown}' is not supported`);
  const filter = filters[SELECTOR_FILTER];
  if (filter === undefined || filter === null) return undefined;
  return String((filter as { value?: unknown }).value ?? filter);
}

function readEpoch(link: Sender): number | undefined | Refusal {
  const epoch: unknown = link.properties?.['com.microsoft:epoch'];
  if (epoch === undefined || epoch === null) return undefined;
  const level = Number(epoch);
  return Number.isSafeInteger(level) && level >= 0
    ? level
    : refusals.argument(`The epoch '${String(epoch)}' must be a whole number that is not negative`);
}
