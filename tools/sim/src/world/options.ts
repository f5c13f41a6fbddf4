import type { ShopService } from '@daybook/contracts';

/** What may go wrong in one run, how often, and until when. Drawn from the seed, or given. */
export interface Profile {
  /** Faults are injected until then, in virtual milliseconds from the start. */
  readonly faultsUntilMs: number;
  /** Chance that a call to a container or hub fails in one way or another. */
  readonly callFaults: number;
  /** Chance that a call is delayed. */
  readonly delays: number;
  /** Chance that what was sent to a hub is sent a second time, at once or later. */
  readonly duplicates: number;
  /** Chance that a consumer's checkpoint is lost. */
  readonly checkpointsLost: number;
  /** Chance that a call to the provider fails, executed or not. */
  readonly providerFaults: number;
  /** How many of each there are, at random times and of random participants. */
  readonly crashes: number;
  readonly restarts: number;
  readonly zombies: number;
  readonly clockSteps: number;
  readonly poisons: number;
  /** How many instances each service has. */
  readonly instances: Readonly<Record<ShopService, number>>;
  /** How services publish: see `PUBLISH_MODE`. */
  readonly publishing: 'feed' | 'hybrid' | 'outbox';
  /** Ranges of each change feed. */
  readonly feedRanges: number;
}

/** Kills the participant that makes the nth effect, right before or right after it. */
export interface CrashPoint {
  /** From 1. */
  readonly effect: number;
  readonly when: 'before' | 'after';
}

const single = { order: 1, inventory: 1, payment: 1, fulfilment: 1 } as const;

/** Nothing goes wrong. */
export const calm: Profile = {
  faultsUntilMs: 0,
  callFaults: 0,
  delays: 0,
  duplicates: 0,
  checkpointsLost: 0,
  providerFaults: 0,
  crashes: 0,
  restarts: 0,
  zombies: 0,
  clockSteps: 0,
  poisons: 0,
  instances: single,
  publishing: 'feed',
  feedRanges: 1,
};

/** A profile by chance: some runs are calm, some have a single kind of trouble, most have all of them. */
export function randomProfile(random: () => number): Profile {
  const pick = (max: number): number => Math.floor(random() * (max + 1));
  const rate = (max: number): number => (random() < 0.4 ? 0 : random() * max);
  const two = (): number => (random() < 0.25 ? 2 : 1);
  const instances = { order: two(), inventory: two(), payment: two(), fulfilment: two() };
  const feedRanges = random() < 0.2 ? 2 : 1;
  const drawn = random();
  const publishing = drawn < 0.7 ? 'feed' : drawn < 0.85 ? 'hybrid' : 'outbox';
  if (random() < 0.05) return { ...calm, instances, feedRanges, publishing };
  return {
    faultsUntilMs: 3_000 + random() * 10_000,
    callFaults: rate(0.08),
    delays: rate(0.1),
    duplicates: rate(0.2),
    checkpointsLost: rate(0.2),
    providerFaults: rate(0.3),
    crashes: random() < 0.4 ? 0 : pick(5),
    restarts: random() < 0.7 ? 0 : 1,
    zombies: random() < 0.5 ? 0 : pick(2),
    clockSteps: random() < 0.7 ? 0 : pick(2),
    poisons: random() < 0.6 ? 0 : 1 + pick(1),
    instances,
    feedRanges,
    publishing,
  };
}
