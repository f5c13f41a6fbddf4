import type { HubName, ShopService } from '@daybook/contracts';
import type { Container, HubConsumer, HubProducer, Runtime } from '@daybook/ports';
import { processContainer } from './process-container.ts';
import { processConsumer, processProducer } from './process-hubs.ts';
import type { World } from './world.ts';

/** One of its own each time: one that lasts would keep alive all that ever waited for it. */
const never = (): Promise<never> => new Promise(() => undefined);

/**
 * One participant as a process: everything that it does passes through its ports, which can be cut (a crash) or held (SIGSTOP, a
 * paused container: a holder of leases that wakes up as a zombie) between any two of its steps. What is on the wire by then still
 * arrives.
 */
export class SimProcess {
  readonly world: World;
  readonly service: ShopService;
  /** The pod's name: stays the same over restarts. */
  readonly slot: string;
  /** New at each start. */
  readonly instance: string;
  readonly runtime: Runtime;
  /** It was frozen once. */
  wasZombie = false;
  /** What happens when it dies, wakes its feeds, loses its partitions. */
  readonly onDeath: (() => void)[] = [];
  readonly onNudge: (() => void)[] = [];
  readonly onExpelled: (() => void)[] = [];
  readonly onThawed: (() => void)[] = [];
  #dead = false;
  #frozen: { readonly thawed: Promise<void>; readonly thaw: () => void } | undefined;
  #skewMs = 0;
  #nudging = false;

  constructor(world: World, service: ShopService, slot: string, generation: number) {
    this.world = world;
    this.service = service;
    this.slot = slot;
    this.instance = `${slot}/${generation}`;
    const { runtime } = world;
    this.runtime = {
      now: () => runtime.now() + this.#skewMs,
      random: runtime.random,
      newId: runtime.newId,
      sleep: (delayMs, signal) => runtime.sleep(delayMs, signal).then(() => this.pass()),
    };
  }

  get dead(): boolean {
    return this.#dead;
  }

  get frozen(): boolean {
    return this.#frozen !== undefined;
  }

  /** To be awaited before and after everything that it does: resolves at once, once it is thawed, or never. */
  pass(): Promise<void> | undefined {
    if (this.#dead) return never();
    return this.#frozen?.thawed.then(() => this.pass());
  }

  /** It ends here: nothing that it still does takes effect. */
  die(): Promise<never> {
    if (!this.#dead) {
      this.#dead = true;
      this.world.processes.delete(this);
      this.world.note(this.instance, () => 'dies');
      for (const told of this.onDeath) told();
    }
    return never();
  }

  freeze(): void {
    if (this.#frozen !== undefined || this.#dead) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#frozen = { thawed: promise, thaw: resolve };
    this.wasZombie = true;
  }

  /** Others take its partitions: a broker does not wait for it. */
  expel(): void {
    for (const told of this.onExpelled) told();
  }

  thaw(): void {
    const frozen = this.#frozen;
    this.#frozen = undefined;
    frozen?.thaw();
    this.world.lastEffectAtMs = this.world.runtime.now();
    if (!this.#dead) for (const told of this.onThawed) told();
  }

  stepClock(byMs: number): void {
    this.#skewMs += byMs;
  }

  /** Its feeds look soon: after the write that they are told of, at the latest when they poll. */
  nudgeSoon(): void {
    if (this.#nudging) return;
    this.#nudging = true;
    const nudge = (): void => {
      this.#nudging = false;
      if (this.#dead || this.frozen) return;
      for (const told of this.onNudge) told();
    };
    void this.world.runtime.sleep(this.world.random() * 10).then(nudge);
  }

  container(name: string): Container {
    const base = this.world.containers.get(name);
    if (base === undefined) throw new Error(`no container ${name}: see the topology of the contracts`);
    return processContainer(this, base);
  }

  producer(hub: HubName): HubProducer {
    return processProducer(this, hub);
  }

  consumer(hub: HubName, group: string): HubConsumer {
    return processConsumer(this, hub, group);
  }
}
