import { fulfilOrderSagaId, type HubName } from '@daybook/contracts';
import type { Fleet, Running } from '../services/fleet.ts';
import { consumedHubs } from '../world/hubs.ts';
import type { World } from '../world/world.ts';

/** Longer than any lease lasts: by the time it wakes up, others have taken over. */
const zombieMsMin = 10_000;

/** Brings about the trouble of the profile that does not come with single calls. */
export function unleash(world: World, fleet: Fleet): void {
  const { profile, random } = world;
  const some = (): Running | undefined => fleet.running[Math.floor(random() * fleet.running.length)];
  const times = (count: number, fault: string, trouble: (running: Running) => void): void => {
    for (let each = 0; each < count; each += 1) {
      void world.runtime.sleep(random() * profile.faultsUntilMs).then(() => {
        const running = some();
        if (running === undefined || running.process.frozen) return;
        world.tally.add(`fault ${fault}`);
        trouble(running);
      });
    }
  };
  times(profile.crashes, 'crash', ({ process }) => void process.die());
  times(profile.restarts, 'restart', (running) => void fleet.restart(running));
  times(profile.zombies, 'zombie', (running) => void freeze(world, running));
  times(profile.clockSteps, 'clock step', ({ process }) => {
    const byMs = (random() - 0.5) * 20_000;
    world.note(process.instance, () => `its clock steps by ${Math.round(byMs)} ms`);
    process.stepClock(byMs);
  });
  for (let each = 0; each < profile.poisons; each += 1) {
    const hub = consumedHubs[Math.floor(random() * consumedHubs.length)] ?? 'saga-inputs';
    const drawn = random();
    if (drawn < 0.5) world.poisonsDue.push(hub);
    else if (drawn < 0.7) world.poisonsDue.push('feed');
    else void world.runtime.sleep(random() * profile.faultsUntilMs).then(() => sendGarbage(world, hub));
  }
}

async function freeze(world: World, { process }: Running): Promise<void> {
  const ms = zombieMsMin + world.random() * 8_000;
  world.note(process.instance, () => `stands still for ${Math.round(ms)} ms`);
  process.freeze();
  await world.runtime.sleep(5_000);
  process.expel();
  await world.runtime.sleep(ms - 5_000);
  world.note(process.instance, () => 'wakes up');
  process.thaw();
}

/** Something that is no message of ours, under a key that is. */
async function sendGarbage(world: World, hub: HubName): Promise<void> {
  world.tally.add('fault garbage');
  world.note('somebody', () => `sends garbage to ${hub}`);
  const key = hub === 'saga-inputs' ? fulfilOrderSagaId('o1') : 'garbage';
  await world.send(hub, world.hubs.somePartition(), [
    { messageId: `garbage-${world.effects}`, key, body: { garbage: true } },
  ]);
}
