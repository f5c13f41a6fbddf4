import {
  containers as definitions,
  type ContainerDefinition,
  eventsContainer,
  type HubName,
  isShopService,
  type ShopService,
} from '@daybook/contracts';
import type { StoredEvent } from '@daybook/eventstore';
import {
  type Container,
  type Document,
  type HubMessage,
  memoryContainer,
  type VirtualRuntime,
  virtualRuntime,
} from '@daybook/ports';
import type { MutationName } from '../mutations/switches.ts';
import { Hubs } from './hubs.ts';
import type { CrashPoint, Profile } from './options.ts';
import type { SimProcess } from './process.ts';
import { Tally } from './tally.ts';

export interface WorldOptions {
  readonly seed: number;
  /** Given the world's own chance. */
  readonly profile: (random: () => number) => Profile;
  readonly crashPoint?: CrashPoint;
  readonly mutation?: MutationName;
  /** Told of everything of note, for a timeline. */
  readonly onNote?: (atMs: number, who: string, what: string) => void;
}

/** Told of what was done, at the moment when it was. */
export interface WorldListener {
  appended(service: ShopService, events: readonly StoredEvent[]): void;
}

/** All that lasts: time, chance, containers, hubs. Participants come and go. */
export class World {
  readonly runtime: VirtualRuntime;
  readonly profile: Profile;
  readonly tally = new Tally();
  readonly processes = new Set<SimProcess>();
  readonly listeners: WorldListener[] = [];
  readonly mutation: MutationName | undefined;
  readonly startMs: number;
  /** Effects so far: writes, sends, checkpoints, calls to the provider. */
  effects = 0;
  /** When something was last written or sent that was not a lease. */
  lastEffectAtMs: number;
  /** `<where> <id>` of what handlers fail on until the world is healed. */
  readonly poisoned = new Set<string>();
  /** Where the next message, or the next event of a feed, is to be poison. */
  readonly poisonsDue: (HubName | 'feed')[] = [];
  readonly hubs: Hubs;
  /** By name; without faults, and seen by nobody. */
  readonly containers: ReadonlyMap<string, Container>;
  #healed = false;
  readonly #crashPoint: CrashPoint | undefined;
  readonly #onNote: WorldOptions['onNote'];
  readonly #events = new Set<string>(Object.values(eventsContainer));
  /** Containers that a feed follows, and whose they are. */
  readonly #followed = new Map<string, ShopService>();
  readonly #leases = new Set<string>();

  constructor(options: WorldOptions) {
    this.runtime = virtualRuntime({ seed: options.seed });
    // The first numbers of seeds that follow each other are alike.
    for (let skipped = 0; skipped < 5; skipped += 1) this.runtime.random();
    this.startMs = this.runtime.now();
    this.lastEffectAtMs = this.startMs;
    this.profile = options.profile(this.runtime.random);
    this.mutation = options.mutation;
    this.#crashPoint = options.crashPoint;
    this.#onNote = options.onNote;
    const open = new Map<string, Container>();
    for (const definition of definitions) {
      const { service } = definition;
      if (!isShopService(service)) continue;
      if (definition.purpose === 'audit' || definition.purpose === 'subject-keys') continue;
      open.set(definition.name, this.#open(definition));
      if (definition.purpose === 'leases') this.#leases.add(definition.name);
      if (definition.purpose === 'events' || definition.purpose === 'outbox') {
        this.#followed.set(definition.name, service);
      }
    }
    this.containers = open;
    this.hubs = new Hubs(this.runtime, (owner) => this.#checkpointFails(owner));
  }

  get random(): () => number {
    return this.runtime.random;
  }

  /** True while faults may be injected. */
  get faulty(): boolean {
    return !this.#healed && this.sinceStartMs < this.profile.faultsUntilMs;
  }

  get sinceStartMs(): number {
    return this.runtime.now() - this.startMs;
  }

  /** True with this chance, while faults may be injected; then it is counted. */
  strikes(fault: string, chance: number): boolean {
    if (chance === 0 || !this.faulty || this.random() >= chance) return false;
    this.tally.add(`fault ${fault}`);
    return true;
  }

  /** No more faults, whatever the profile says. */
  heal(): void {
    this.#healed = true;
    this.poisoned.clear();
  }

  note(who: string, what: () => string): void {
    this.#onNote?.(this.sinceStartMs, who, what());
  }

  /**
   * Everything that a participant does to the world goes through here, so that it can die right before or right after it.
   *
   * @param lasting false for leases, which are written as long as anybody lives
   */
  async effect<R>(process: SimProcess, what: () => string, lasting: boolean, execute: () => Promise<R>): Promise<R> {
    const crashes = this.#countEffect(what);
    if (lasting) this.lastEffectAtMs = this.runtime.now();
    if (crashes === 'before') return process.die();
    const result = await execute();
    if (crashes === 'after') return process.die();
    return result;
  }

  /** Tells the listeners and wakes the feeds: those of the writer, as its own container does; those of others by and by. */
  wrote(container: string, documents: readonly Document[]): void {
    const service = this.#followed.get(container);
    if (service === undefined) return;
    if (this.isEvents(container)) {
      for (const listener of this.listeners) listener.appended(service, documents as readonly StoredEvent[]);
    }
    for (const process of this.processes) if (process.service === service) process.nudgeSoon();
  }

  /** Stores messages in a hub, from whomever they are. */
  async send(hub: HubName, partitionId: string, messages: readonly HubMessage[]): Promise<void> {
    this.lastEffectAtMs = this.runtime.now();
    await this.hubs.send(hub, partitionId, messages);
  }

  isLease(container: string): boolean {
    return this.#leases.has(container);
  }

  isEvents(container: string): boolean {
    return this.#events.has(container);
  }

  #countEffect(what: () => string): CrashPoint['when'] | undefined {
    this.effects += 1;
    if (this.#crashPoint?.effect !== this.effects) return undefined;
    this.note('crash point', () => `${this.#crashPoint?.when} ${what()}`);
    return this.#crashPoint.when;
  }

  #checkpointFails(owner: string): boolean {
    const process = [...this.processes].find((each) => each.instance === owner);
    const crashes = this.#countEffect(() => `checkpoint of ${owner}`);
    if (crashes !== undefined) queueMicrotask(() => void process?.die());
    return crashes === 'before' || this.strikes('checkpoint lost', this.profile.checkpointsLost);
  }

  #open({ name, partitionKey, uniqueKeys }: ContainerDefinition): Container {
    const field = partitionKey.slice(1);
    return memoryContainer({
      name,
      runtime: this.runtime,
      partitionKey: (document) => String(document[field]),
      feedRanges: this.profile.feedRanges,
      ...(uniqueKeys === undefined || this.mutation === 'no-inbox' ? {} : { uniqueKeys }),
    });
  }
}
