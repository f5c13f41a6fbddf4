import { containers, type ServiceName } from '@daybook/contracts';
import { createAggregateStore, createEventStore, type DomainEvent, type EventCodec } from '@daybook/eventstore';
import { type CostBudget, expectCost } from '@daybook/eventstore/testing';
import { type Decider, virtualRuntime } from '@daybook/ports';
import { embeddedCosmos, type EmbeddedCosmos } from '@daybook/testing';

export interface CostBudgets<C extends { readonly type: string }, E extends DomainEvent, S> {
  /** What the specification is about: `orders`. */
  readonly of: string;
  readonly service: ServiceName;
  readonly category: string;
  readonly codec: EventCodec<E>;
  readonly decider: Decider<C, E, S>;
  readonly streamOf: (id: string) => string;
  /** The commands that a stream begins with: given to streams known to be new. */
  readonly first: readonly C['type'][];
  /** Commands by stream that are all carried out; every command that has a budget must be among them. */
  readonly story: readonly (readonly [string, C])[];
  /**
   * What each command may cost, warm, by the emulator's documented model of request charges: not what Azure bills, but it grows with
   * the same causes (size, indexed paths, round trips).
   */
  readonly budgets: Readonly<Record<C['type'], CostBudget>>;
}

/** The specification of what a service's commands may cost, on the real SDK over an emulator in this process. */
export function costBudgets<C extends { readonly type: string }, E extends DomainEvent, S>(
  aggregate: CostBudgets<C, E, S>,
): void {
  const { service, category, codec, decider, streamOf, first, story } = aggregate;
  const budgets = aggregate.budgets as Readonly<Record<string, CostBudget>>;

  describe(`the costs of ${aggregate.of}`, () => {
    const definition = containers.find((other) => other.service === service && other.purpose === 'events');
    if (definition === undefined) throw new Error(`the topology has no events container of ${service}`);
    const everythingIndexed = { partitionKey: definition.partitionKey, uniqueKeys: definition.uniqueKeys ?? [] };
    let cosmos: EmbeddedCosmos<'events' | 'everythingIndexed'>;
    beforeAll(async () => {
      cosmos = await embeddedCosmos({ containers: { events: definition, everythingIndexed } });
    });
    afterAll(() => cosmos.close());

    const runtime = virtualRuntime({ seed: 7 });
    const opened = (name: 'events' | 'everythingIndexed') => {
      const store = createEventStore({ container: cosmos.containers[name], runtime });
      const aggregates = createAggregateStore({ store, codec, decider, category });
      return (id: string, command: C) =>
        aggregates.execute({
          streamId: streamOf(id),
          command,
          fresh: first.includes(command.type),
          metadata: {
            commandKey: `http:${runtime.newId()}`,
            correlationId: runtime.newId(),
            causationId: runtime.newId(),
            actor: 'customer:17850',
            traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
          },
        });
    };

    it('stay within the budget of every command, each in one round trip', async () => {
      const execute = opened('events');
      const over: string[] = [];
      for (const [id, command] of story) {
        const outcome = await execute(id, command);
        expect([command.type, outcome.kind]).toEqual([command.type, 'appended']);
        try {
          expectCost(outcome).toBeAtMost(budgets[command.type] ?? { requestUnits: 0, roundTrips: 0 });
        } catch (error) {
          over.push(`${command.type}: ${String(error)}`);
        }
      }
      expect(over).toEqual([]);
      expect(new Set(story.map(([, { type }]) => type))).toEqual(new Set(Object.keys(budgets)));
    });

    it('are at least a quarter lower than with everything indexed', async () => {
      const [minimal, full] = [opened('events'), opened('everythingIndexed')];
      let [withMinimal, withFull] = [0, 0];
      for (const [id, command] of story) {
        withMinimal += (await minimal(`${id}-again`, command)).cost.requestCharge;
        withFull += (await full(`${id}-again`, command)).cost.requestCharge;
      }
      expect(withMinimal).toBeLessThan(0.75 * withFull);
    });
  });
}
