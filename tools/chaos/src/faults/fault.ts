import type { LinkFault } from '../proxy/tcp-proxy.ts';

/** What an emulator does to requests by chance; the emulators' READMEs describe each. */
export interface EmulatorRule {
  readonly fault: Readonly<Record<string, string | number>> & { readonly kind: string };
  /** From 0 to 1, for each request. */
  readonly chance: number;
}

/** Every kind of fault there is, as it is counted. */
export const faultKinds = [
  'kill',
  'freeze',
  'cosmos-429',
  'cosmos-449',
  'cosmos-503',
  'cosmos-latency',
  'cosmos-reset-before',
  'cosmos-executed-but-lost',
  'hubs-server-busy',
  'hubs-delay',
  'hubs-detach',
  'hubs-forced-close',
  'hubs-socket-drop',
  'hubs-commit-failure',
  'hubs-ack-lost',
  'link-delay',
  'link-cut',
  'link-black-hole',
] as const;
export type FaultKind = (typeof faultKinds)[number];
/** Kinds that emulators do. */
export type EmulatorFaultKind = Extract<FaultKind, `cosmos-${string}` | `hubs-${string}`>;

/** What is done to the system. */
export type Fault =
  /** kill -9; the supervisor starts the process again. */
  | { readonly kind: 'kill'; readonly process: string }
  /** SIGSTOP, and SIGCONT at the end: a service that wakes up does not know that its leases are lost. */
  | { readonly kind: 'freeze'; readonly process: string; readonly forMs: number }
  | {
      readonly kind: EmulatorFaultKind;
      readonly emulator: EmulatorName;
      readonly rule: EmulatorRule;
      readonly forMs: number;
    }
  | {
      readonly kind: `link-${LinkFault['kind']}`;
      /** `<who asks>:<who answers>`, as {@link linkName} puts it. */
      readonly link: string;
      readonly does: LinkFault;
      readonly forMs: number;
    };

export type EmulatorName = 'cosmos' | 'eventHubs';

/** The link from a process of a service, or from the clients, to a store or service. */
export const linkName = (from: string, to: string): string => `${from}:${to}`;

/** How long a fault lasts, in milliseconds; 0 for one that is done at once. */
export const durationMs = (fault: Fault): number => (fault.kind === 'kill' ? 0 : fault.forMs);

/** A fault in few words, for people. */
export function describeFault(fault: Fault): string {
  const forS = `for ${(durationMs(fault) / 1_000).toFixed(1)} s`;
  switch (fault.kind) {
    case 'kill':
      return `kill -9 ${fault.process}`;
    case 'freeze':
      return `freeze ${fault.process} ${forS}`;
    case 'link-delay':
    case 'link-cut':
    case 'link-black-hole':
      return `${fault.kind} ${fault.link} ${forS}${detailsOf(fault.does)}`;
    default:
      return `${fault.kind}, ${(fault.rule.chance * 100).toFixed(0)} in 100, ${forS}`;
  }
}

function detailsOf(fault: LinkFault): string {
  switch (fault.kind) {
    case 'delay':
      return `, ${fault.ms} ms`;
    case 'cut':
      return '';
    case 'black-hole':
      return `, swallows ${fault.swallows === 'all' ? 'everything' : 'the answers'}, which then ${fault.end === 'arrives' ? 'arrive' : 'never arrive'}`;
  }
}
