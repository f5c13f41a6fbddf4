import { type HubName, hubs as definitions } from '@daybook/contracts';
import { type HubMessage, type MemoryHub, memoryHub, type ReceivedMessage, type Runtime } from '@daybook/ports';

/** Hubs that somebody consumes; what is on the others is for systems that are not here. */
export const consumedHubs: readonly HubName[] = definitions
  .filter(({ consumerGroups }) => consumerGroups.length > 0)
  .map(({ name }) => name);

/** Fewer than in production: each partition costs, and two are enough to be out of step with each other. */
const partitionIds = ['0', '1'] as const;

/** All hubs, and who has finished with what is on them. */
export class Hubs {
  readonly #hubs: ReadonlyMap<HubName, MemoryHub>;
  readonly #runtime: Runtime;
  /** `<hub>/<partition>/<sequence number>`. */
  readonly #finished = new Set<string>();
  #stored = 0;

  /** @param checkpointFails told whose checkpoint is about to be written; true: it is lost */
  constructor(runtime: Runtime, checkpointFails: (owner: string) => boolean) {
    this.#runtime = runtime;
    this.#hubs = new Map(
      definitions.map(({ name }) => [
        name,
        memoryHub({
          name,
          partitions: partitionIds.length,
          runtime,
          faults: ({ kind, owner }) =>
            kind === 'checkpoint' && checkpointFails(owner ?? '') ? ('before' as const) : undefined,
        }),
      ]),
    );
  }

  get names(): readonly HubName[] {
    return [...this.#hubs.keys()];
  }

  of(name: HubName): MemoryHub {
    const hub = this.#hubs.get(name);
    if (hub === undefined) throw new Error(`no hub ${name}: see the topology of the contracts`);
    return hub;
  }

  /** Stores messages, from whomever they are. */
  async send(name: HubName, partitionId: string, messages: readonly HubMessage[]): Promise<void> {
    if (consumedHubs.includes(name)) this.#stored += messages.length;
    await this.of(name).producer().send(partitionId, messages);
  }

  /** A participant has finished with a message. */
  finish(name: HubName, { partitionId, sequenceNumber }: ReceivedMessage): void {
    this.#finished.add(`${name}/${partitionId}/${sequenceNumber}`);
  }

  isFinished(name: HubName, { partitionId, sequenceNumber }: ReceivedMessage): boolean {
    return this.#finished.has(`${name}/${partitionId}/${sequenceNumber}`);
  }

  /** Messages that nobody has finished with yet. */
  get outstanding(): number {
    return this.#stored - this.#finished.size;
  }

  /** All that a hub holds, one partition after another. */
  stored(name: HubName): readonly ReceivedMessage[] {
    return partitionIds.flatMap((partitionId) => this.of(name).stored(partitionId));
  }

  /** The id of one of the partitions, by chance. */
  somePartition(): string {
    return partitionIds[Math.floor(this.#runtime.random() * partitionIds.length)] ?? '0';
  }
}
