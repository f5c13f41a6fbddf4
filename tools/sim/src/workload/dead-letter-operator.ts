import { deadLettersContainer, shopServices } from '@daybook/contracts';
import type { Container } from '@daybook/ports';
import type { Fleet, Running } from '../services/fleet.ts';
import type { World } from '../world/world.ts';

const looksEveryMs = 3_000;

/** Looks after what is parked: throws away what is no message at all, and gives the rest to its consumer again. */
export class DeadLetterOperator {
  readonly #world: World;
  readonly #fleet: Fleet;
  #parked = 0;

  constructor(world: World, fleet: Fleet) {
    this.#world = world;
    this.#fleet = fleet;
  }

  /** Messages that were parked at the last look. */
  get parked(): number {
    return this.#parked;
  }

  async work(): Promise<void> {
    for (;;) {
      await this.#world.runtime.sleep(looksEveryMs);
      this.#parked = await this.#countParked();
      if (this.#parked > 0) for (const running of this.#fleet.running) await this.#help(running);
    }
  }

  async #countParked(): Promise<number> {
    let parked = 0;
    for (const service of shopServices) {
      const container = this.#world.containers.get(deadLettersContainer(service)) as Container;
      parked += (await container.query({ where: [{ field: 'kind', op: '=', value: 'entry' }], limit: 1_000 })).documents
        .length;
    }
    return parked;
  }

  /** Over HTTP, one request at a time: an instance that dies or sleeps does not answer. */
  async #help({ process, parking }: Running): Promise<void> {
    const answered = new AbortController();
    const limit = this.#world.runtime.sleep(5_000, answered.signal);
    const work = async (): Promise<void> => {
      for (const { consumer, deadLetters, handle } of parking) {
        const { messages } = await deadLetters.list(consumer);
        for (const key of new Set(messages.map((message) => message.key))) {
          for (const { messageId } of messages.filter((each) => each.key === key && isGarbage(each.message))) {
            await deadLetters.discard(consumer, key, messageId);
            this.#world.tally.add('garbage discarded');
          }
          const { replayed } = await deadLetters.replay(consumer, key, handle);
          this.#world.tally.add('parked messages replayed', replayed);
          this.#world.note('operator', () => `replayed ${replayed} of ${key} at ${process.instance}`);
        }
      }
    };
    await Promise.race([work().catch(() => undefined), limit]);
    answered.abort();
  }
}

function isGarbage(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'garbage' in message;
}
