import type { SeededPlan, SeededRule } from '@daybook/cosmos-emulator/shared';

/** What befalls a client of the emulator. */
export type HubFault =
  /** Refused with `com.microsoft:server-busy`: a link that is opened, a send (nothing is stored), a request. */
  | { readonly kind: 'server-busy' }
  /** A send, a delivery or an answer waits; what follows on its link waits behind it. A send whose link is gone by then is not stored. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The link is detached by force, before the send is stored or the events are delivered. */
  | { readonly kind: 'detach' }
  /** The connection is closed by force, before anything is done. */
  | { readonly kind: 'forced-close' }
  /** The socket is gone, before anything is done. */
  | { readonly kind: 'socket-drop' }
  /** The storage fails to write: the send, and those that share its commit, are rejected and not stored. */
  | { readonly kind: 'commit-failure' }
  /** The send is stored, and the client is not told: the socket (or link, or connection) dies first. Default `socket-drop`. */
  | { readonly kind: 'ack-lost'; readonly by?: BreakKind | undefined };

/** The ways in which a client loses its link. */
export type BreakKind = 'detach' | 'forced-close' | 'socket-drop';

/** What a client does when a fault befalls it; `request` is one on `$cbs` or `$management`. */
export type HubOperation = 'attach' | 'send' | 'receive' | 'request';

/** Which occasions a fault is for: all of what is given must hold. */
export interface HubFaultMatch {
  readonly operations?: readonly HubOperation[] | undefined;
  /** Names of hubs, in any case. */
  readonly hubs?: readonly string[] | undefined;
  /** Ids of partitions: "0", "1", …. */
  readonly partitions?: readonly string[] | undefined;
  /** Names of consumer groups, in any case. */
  readonly consumerGroups?: readonly string[] | undefined;
}

/** A fault with the chance of meeting it. */
export type SeededHubFault = SeededRule<HubFault, HubFaultMatch>;

/** Faults by chance. The same seed gives the same faults on the same occasions in the same order. */
export type HubFaultPlan = SeededPlan<HubFault, HubFaultMatch>;

/** Where each kind can strike. */
export const operationsOf: Readonly<Record<HubFault['kind'], readonly HubOperation[]>> = {
  'server-busy': ['attach', 'send', 'request'],
  delay: ['send', 'receive', 'request'],
  detach: ['send', 'receive'],
  'forced-close': ['attach', 'send', 'receive'],
  'socket-drop': ['attach', 'send', 'receive', 'request'],
  'commit-failure': ['send'],
  'ack-lost': ['send'],
};

/** The ways to break a link. */
export const breakKinds: readonly BreakKind[] = ['detach', 'forced-close', 'socket-drop'];

/** How a fault breaks the link before anything is done; undefined when it does something else. */
export const breakOf = (fault: HubFault | undefined): BreakKind | undefined =>
  breakKinds.find((kind) => kind === fault?.kind);
