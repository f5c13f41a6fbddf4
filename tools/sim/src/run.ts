import { createHash } from 'node:crypto';
import type { AllHistories } from '@daybook/verify';
import { checkQuiet } from './invariants/quiet.ts';
import { Ledger, type Violation } from './invariants/ledger.ts';
import { tallyHistories } from './report/tally-histories.ts';
import { describeEvent } from './report/timeline.ts';
import { Fleet } from './services/fleet.ts';
import { Clients } from './workload/clients.ts';
import { unleash } from './workload/nemesis.ts';
import { DeadLetterOperator } from './workload/dead-letter-operator.ts';
import { SagaOperator } from './workload/saga-operator.ts';
import { type Plan, randomPlan } from './workload/plan.ts';
import { type Profile, randomProfile } from './world/options.ts';
import { World, type WorldOptions } from './world/world.ts';

export interface RunOptions extends Omit<WorldOptions, 'profile'> {
  /** Default: by chance. */
  readonly profile?: Profile;
  /** Default: by chance. */
  readonly plan?: Plan;
}

export interface RunResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  /** What happened, by name. */
  readonly tally: Readonly<Record<string, number>>;
  /** Of everything that was stored and sent: equal for equal runs. */
  readonly hash: string;
  /** See {@link World.effects}. */
  readonly effects: number;
  readonly virtualMs: number;
}

/** So long nothing is written or sent before a run counts as quiet: longer than the longest pause between two attempts of a feed … */
const quietMsMin = 3_500;
/** … and where somebody stood still, longer than leases last: others may have to take over first. */
const quietMsWithZombies = 10_000;
/** Until then whatever was on its way between instances has arrived. */
const secondLookMs = 20_000;
/** So long after the last fault everything must have come to rest. */
const restLimitMs = 300_000;
/** A run takes some thousand steps; one that takes so many does something again and again, and time hardly passes. */
const stepsMax = 300_000;

/** One history: clients work, faults strike, faults stop, everything comes to rest and is checked. */
export async function run(options: RunOptions): Promise<RunResult> {
  const world = new World({ ...options, profile: (random) => options.profile ?? randomProfile(random) });
  const hash = createHash('sha256');
  const ledger = new Ledger((service, event) => {
    hash.update(event.hash);
    world.note(service, () => describeEvent(event));
  });
  world.listeners.push(ledger);
  const fleet = new Fleet(world);
  const clients = new Clients(world, fleet, ledger);
  const operator = new DeadLetterOperator(world, fleet);
  const plan = options.plan ?? randomPlan(world.random);

  world.tally.add(`publishing ${world.profile.publishing}`);
  fleet.start();
  clients.begin(plan);
  unleash(world, fleet);
  void operator.work();
  void new SagaOperator(world, fleet, ledger).work();
  const { runtime, profile } = world;
  let steps = 0;
  const spins = (): boolean => (steps += 1) > stepsMax;
  await runtime.advanceUntil(spins, profile.faultsUntilMs);
  world.heal();
  const quietMs = profile.zombies > 0 ? quietMsWithZombies : quietMsMin;
  const atRest = (): boolean =>
    !clients.busy &&
    ledger.unfinished === 0 &&
    operator.parked === 0 &&
    world.hubs.outstanding === 0 &&
    fleet.complete &&
    runtime.now() - world.lastEffectAtMs > quietMs;
  const checkAtRest = async (): Promise<AllHistories> => {
    const histories = await checkQuiet(world, fleet, ledger);
    if (ledger.violations.length === 0 || !rested || steps > stepsMax) return histories;
    // It may only have seemed to be quiet, while a range of a feed passed from one instance to another. What is wrong stays wrong.
    ledger.violations.length = 0;
    world.tally.add('looked at again');
    await runtime.advance(secondLookMs);
    return checkQuiet(world, fleet, ledger);
  };
  const rested = await runtime.advanceUntil(() => atRest() || ledger.violations.length > 0 || spins(), restLimitMs);
  if (ledger.violations.length === 0) {
    if (steps > stepsMax) ledger.fail('everything comes to rest', 'the system', `it spins: ${stepsMax} steps`);
    if (!rested) ledger.fail('everything comes to rest', 'the system', whyNot(clients, ledger, operator));
    tallyHistories(await checkAtRest(), world.tally);
  }
  for (const hub of world.hubs.names) {
    for (const { messageId, partitionId } of world.hubs.stored(hub))
      hash.update(`${hub}/${partitionId}/${messageId}\n`);
  }
  return {
    seed: options.seed,
    violations: ledger.violations,
    tally: world.tally.toRecord(),
    hash: hash.digest('hex'),
    effects: world.effects,
    virtualMs: world.sinceStartMs,
  };
}

function whyNot(clients: Clients, ledger: Ledger, operator: DeadLetterOperator): string {
  const unfinished = [...ledger.sagas].filter(([, saga]) => !saga.finished);
  const parked = unfinished.filter(([, saga]) => saga.parked).map(([id]) => id);
  const stuck = unfinished.filter(([, saga]) => !saga.parked).map(([id]) => id);
  return [
    clients.busy && 'a client still waits',
    parked.length > 0 && `parked: ${parked.join(', ')}`,
    stuck.length > 0 && `unfinished: ${stuck.join(', ')}`,
    operator.parked > 0 && `${operator.parked} messages are parked`,
  ]
    .filter((why) => why !== false)
    .join('; ');
}
