import { mulberry32 } from '@daybook/ports';
import { deckOf, draw, type Random } from '../random.ts';
import {
  durationMs,
  type EmulatorFaultKind,
  type EmulatorName,
  type EmulatorRule,
  type Fault,
  type FaultKind,
} from './fault.ts';

export interface ScheduleOptions {
  /** A whole number; the same one gives the same faults at the same times. */
  readonly seed: number;
  /** How long faults may come, in milliseconds. None lasts longer. */
  readonly forMs: number;
  /** The mean time between the beginnings of two faults, in milliseconds. */
  readonly everyMs: number;
  /** Which kinds; each comes about as often as its weight says. */
  readonly kinds: readonly FaultKind[];
  /** Names of processes that can be killed and frozen. */
  readonly processes: readonly string[];
  /** Names of links. */
  readonly links: readonly string[];
}

export interface Planned {
  /** From the beginning of the flow, in milliseconds. */
  readonly atMs: number;
  readonly fault: Fault;
}

/** How often a kind comes before every kind has come. */
const weights: Readonly<Partial<Record<FaultKind, number>>> = {
  kill: 4,
  freeze: 2,
  'link-delay': 2,
  'link-cut': 2,
  'link-black-hole': 2,
};
/** The system flows undisturbed for so long. */
const quietBeginningMs = 3_000;

/** Pure: every fault of a run. Each kind comes once before any comes more often than its weight; so do processes and links. */
export function planFaults(options: ScheduleOptions): readonly Planned[] {
  const random = mulberry32(options.seed);
  const kinds = deckOf(
    options.kinds.flatMap((kind) => Array.from({ length: weights[kind] ?? 1 }, () => kind)),
    random,
  );
  const make = faultMaker(options, random);
  const planned: Planned[] = [];
  for (let atMs = quietBeginningMs; ; atMs += Math.round(options.everyMs * between(random, 0.5, 1.5))) {
    const fault = make(kinds());
    if (atMs + durationMs(fault) > options.forMs) return planned;
    planned.push({ atMs, fault });
  }
}

function faultMaker({ processes, links }: ScheduleOptions, random: Random): (kind: FaultKind) => Fault {
  const killed = deckOf(processes, random);
  const frozen = deckOf(processes, random);
  const link = deckOf(links, random);
  const by =
    (emulator: EmulatorName) =>
    (kind: EmulatorFaultKind, fault: EmulatorRule['fault'], chance: number): Fault => ({
      ...{ kind, emulator, rule: { fault, chance } },
      forMs: whole(random, 3_000, 6_000),
    });
  const cosmos = by('cosmos');
  const hubs = by('eventHubs');
  return (kind) => {
    switch (kind) {
      case 'kill':
        return { kind, process: killed() };
      case 'freeze':
        // Longer than a lease (5 s) and, at times, than the ownership of a partition (8 s).
        return { kind, process: frozen(), forMs: whole(random, 6_000, 10_000) };
      case 'cosmos-429':
        return cosmos(kind, { kind: 'status', status: 429, retryAfterMs: whole(random, 10, 200) }, 0.3);
      case 'cosmos-449':
        return cosmos(kind, { kind: 'status', status: 449 }, 0.2);
      case 'cosmos-503':
        return cosmos(kind, { kind: 'status', status: 503 }, 0.3);
      case 'cosmos-latency':
        return cosmos(kind, { kind: 'delay', ms: whole(random, 200, 2_000) }, 0.3);
      case 'cosmos-reset-before':
        return cosmos(kind, { kind: 'reset-before' }, 0.2);
      case 'cosmos-executed-but-lost':
        return cosmos(kind, { kind: 'executed-but-lost' }, 0.2);
      case 'hubs-server-busy':
        return hubs(kind, { kind: 'server-busy' }, 0.3);
      case 'hubs-delay':
        return hubs(kind, { kind: 'delay', ms: whole(random, 200, 2_000) }, 0.2);
      case 'hubs-detach':
        return hubs(kind, { kind: 'detach' }, 0.1);
      case 'hubs-forced-close':
        return hubs(kind, { kind: 'forced-close' }, 0.05);
      case 'hubs-socket-drop':
        return hubs(kind, { kind: 'socket-drop' }, 0.05);
      case 'hubs-commit-failure':
        return hubs(kind, { kind: 'commit-failure' }, 0.2);
      case 'hubs-ack-lost':
        return hubs(kind, { kind: 'ack-lost' }, 0.1);
      case 'link-delay':
        return {
          ...{ kind, link: link(), forMs: whole(random, 3_000, 6_000) },
          does: { kind: 'delay', ms: whole(random, 50, 1_000) },
        };
      case 'link-cut':
        return { kind, link: link(), does: { kind: 'cut' }, forMs: whole(random, 500, 4_000) };
      case 'link-black-hole':
        return {
          ...{ kind, link: link(), forMs: whole(random, 4_000, 12_000) },
          does: {
            kind: 'black-hole',
            swallows: draw(random, ['all', 'answers']),
            end: draw(random, ['arrives', 'breaks']),
          },
        };
    }
  };
}

const between = (random: Random, least: number, most: number): number => least + random() * (most - least);
const whole = (random: Random, least: number, most: number): number => Math.round(between(random, least, most));
