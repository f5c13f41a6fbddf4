import { sagaStream } from '@daybook/contracts';
import type { OperatorCommand } from '@daybook/saga';
import type { Ledger } from '../invariants/ledger.ts';
import type { Fleet } from '../services/fleet.ts';
import type { World } from '../world/world.ts';

type Request = OperatorCommand['request'];

const looksEveryMs = 3_000;
/** A late answer has so long to take a parked saga on by itself. */
const patienceMs = 7_000;
/** Chance, at each look while there are faults, that a saga is cancelled by hand. */
const meddles = 0.03;

/** Retries what stays parked, and once in a while cancels a saga by hand. */
export class SagaOperator {
  readonly #world: World;
  readonly #fleet: Fleet;
  readonly #ledger: Ledger;
  readonly #parkedSinceMs = new Map<string, number>();
  #requests = 0;

  constructor(world: World, fleet: Fleet, ledger: Ledger) {
    this.#world = world;
    this.#fleet = fleet;
    this.#ledger = ledger;
  }

  async work(): Promise<void> {
    const { runtime, random } = this.#world;
    for (;;) {
      await runtime.sleep(looksEveryMs);
      const open = [...this.#ledger.sagas].filter(([, { finished }]) => !finished);
      for (const [streamId, { parked }] of open) {
        if (!parked) this.#parkedSinceMs.delete(streamId);
        else if (runtime.now() - this.#parkedFor(streamId) >= patienceMs) await this.#retry(streamId);
      }
      const some = open[Math.floor(random() * open.length)];
      if (some !== undefined && this.#world.faulty && random() < meddles) {
        const kind = await this.#ask(some[0], { action: 'cancel' });
        this.#world.tally.add(`operator cancels: ${String(kind?.kind)}`);
      }
    }
  }

  #parkedFor(streamId: string): number {
    const since = this.#parkedSinceMs.get(streamId) ?? this.#world.runtime.now();
    this.#parkedSinceMs.set(streamId, since);
    return since;
  }

  async #retry(streamId: string): Promise<void> {
    const outcome = await this.#ask(streamId, { action: 'retry' });
    // Parked in several places, it has to be said which.
    const places = outcome?.kind === 'refused' ? stepsOf(outcome.refusal.details) : [];
    const retried = places[0] === undefined ? outcome : await this.#ask(streamId, { action: 'retry', ...places[0] });
    if (retried?.kind === 'appended') {
      this.#parkedSinceMs.delete(streamId);
      this.#world.tally.add('parked sagas retried');
    }
  }

  /** Over HTTP: an instance that is not there, or dies, does not answer. */
  async #ask(streamId: string, request: Request) {
    const { runtime, random } = this.#world;
    const instances = this.#fleet.of('fulfilment');
    const sagas = instances[Math.floor(random() * instances.length)]?.sagas;
    if (sagas === undefined) return undefined;
    this.#requests += 1;
    const id = `operator-r${this.#requests}`;
    const act = async () => {
      const { state, version } = await sagas.load(streamId);
      if (state.status === 'none') return undefined;
      const actor = 'operator:ann';
      const told = { actor, reason: 'as it stands still', expectedVersion: version, secondPerson: false };
      const operator = { nowMs: runtime.now(), random: random(), request, ...told };
      return sagas.execute({
        streamId: sagaStream(state.sagaId),
        command: { sagaId: state.sagaId, operator },
        expectedVersion: version,
        metadata: {
          ...{ commandKey: `http:${id}`, correlationId: state.correlationId, causationId: `request:${id}`, actor },
          traceparent: '',
        },
      });
    };
    const answered = new AbortController();
    const limit = runtime.sleep(5_000, answered.signal).then(() => undefined);
    const outcome = await Promise.race([act().catch(() => undefined), limit]);
    answered.abort();
    this.#world.note('operator', () => `${JSON.stringify(request)} of ${streamId}: ${outcome?.kind ?? 'no answer'}`);
    return outcome;
  }
}

interface Place {
  readonly step: string;
  readonly phase: 'do' | 'undo';
}

function stepsOf(details: Readonly<Record<string, unknown>> | undefined): readonly Place[] {
  const steps = details?.['steps'];
  return Array.isArray(steps) ? (steps as readonly Place[]) : [];
}
