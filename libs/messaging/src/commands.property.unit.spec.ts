import { attemptMessageId, type CloudEvent, outcomeKey } from '@daybook/contracts';
import type { StoredEvent } from '@daybook/eventstore';
import { type Fault, memoryContainer, memoryHub, virtualRuntime } from '@daybook/ports';
import fc from 'fast-check';
import { createMessageConsumer, type MessageConsumer } from './consumer.ts';
import { createDeadLetters } from './dead-letters.ts';
import { partitionOf } from './partition.ts';
import { replyRoute } from './relay.ts';
import { count, createCounterWorld, intentOf, streamOfCounter } from './test-support/counter.ts';

const names = ['a', 'b', 'c'];
const items = ['x', 'y'];
const partitions = 2;

type Step =
  /** A saga sends an attempt of an intent: any attempt, at any time, as often as it likes. */
  | { readonly do: 'send'; readonly name: string; readonly item: string; readonly attempt: number }
  | { readonly do: 'settle'; readonly name: string; readonly item: string }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'begin' }
  | { readonly do: 'stop'; readonly which: number };

const place = { name: fc.constantFrom(...names), item: fc.constantFrom(...items) };
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('send'), ...place, attempt: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('settle'), ...place }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.integer({ min: 1, max: 2_000 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('begin') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('stop'), which: fc.nat(3) }) },
) as fc.Arbitrary<Step>;

/** Commands for item `y` are only noted at first. */
const messageOf = (name: string, item: string, attempt: number): CloudEvent =>
  count(name, { by: 2, item, attempt, type: item === 'y' ? 'Ask' : 'Count' });

const seen = { containerFaults: 0, redeliveries: 0, repeated: 0, takeovers: 0, together: 0 };

async function run(seed: number, steps: readonly Step[]) {
  const runtime = virtualRuntime({ seed });
  let faulty = true;
  const chance = (rate: number): boolean => faulty && runtime.random() < rate;
  const fault = (): Fault | undefined => {
    if (!chance(0.15)) return undefined;
    seen.containerFaults += 1;
    return runtime.random() < 0.5 ? 'executed-but-lost' : 'before';
  };
  const world = createCounterWorld({ runtime, faults: fault });
  const hub = memoryHub({
    name: 'inventory-commands',
    partitions,
    runtime,
    faults: ({ kind }) => (kind === 'checkpoint' && chance(0.4) ? 'before' : undefined),
  });
  const container = memoryContainer({
    name: 'dead-letters',
    runtime,
    partitionKey: (document) => String(document['partition']),
    faults: fault,
  });
  const deadLetters = createDeadLetters({ container, runtime });
  const deliveries = new Map<string, number>();
  const consumers: MessageConsumer[] = [];
  let finished = 0;

  const begin = (): void => {
    const participant = world.participant();
    const consumer = createMessageConsumer({
      name: 'commands',
      consumer: hub.consumer('inventory', { owner: `instance${consumers.length}`, batchMax: 3 }),
      async handle(message) {
        deliveries.set(message.id, (deliveries.get(message.id) ?? 0) + 1);
        await runtime.sleep(runtime.random() * 20);
        await participant(message);
        // Done, and then it fails all the same.
        if (chance(0.1)) throw Object.assign(new Error('after the work'), { code: 'concurrency-conflict' });
        finished += 1;
      },
      async handleTogether(messages) {
        for (const { id } of messages) deliveries.set(id, (deliveries.get(id) ?? 0) + 1);
        await runtime.sleep(runtime.random() * 20);
        await participant.handleTogether?.(messages);
        // Done, and then it fails all the same: each comes again, alone.
        if (chance(0.1)) throw new Error('after the work');
        seen.together += messages.length;
        finished += messages.length;
      },
      deadLetters,
      runtime,
    });
    consumers.push(consumer);
    void consumer.start();
  };

  const sent = new Map<string, CloudEvent>();
  begin();
  for (const action of steps) {
    if (action.do === 'wait') await runtime.advance(action.ms);
    if (action.do === 'begin') begin();
    if (action.do === 'stop' && consumers.length > 1) void consumers[action.which % consumers.length]?.stop();
    if (action.do === 'settle' && action.item === 'y') void settle(action.name);
    if (action.do !== 'send') continue;
    const message = messageOf(action.name, action.item, action.attempt);
    sent.set(message.id, message);
    const id = String(partitionOf(message.subject, partitions));
    await hub.producer().send(id, [{ messageId: message.id, key: message.subject, body: message }]);
  }

  // The worker answers what has been noted, whenever it comes to it, and again if it must.
  async function settle(name: string): Promise<void> {
    const intent = intentOf(name, 'y');
    const noted = (await world.events()).some(({ metadata }) => metadata.commandKey === intent);
    if (noted) await world.settle(streamOfCounter(name), intent, 9).catch(() => undefined);
  }

  await runtime.advance(30_000);
  faulty = false;
  begin();
  seen.takeovers += consumers.length - 1;
  const total = (): number => {
    let stored = 0;
    for (let id = 0; id < partitions; id += 1) stored += hub.stored(String(id)).length;
    return stored;
  };
  const all = total();
  await runtime.advanceUntil(() => finished >= all && runtime.sleeping === 0, 600_000);
  for (const name of names) await world.run(settle(name));
  await Promise.all(consumers.map((consumer) => world.run(consumer.stop())));
  const parked = (await deadLetters.list('commands')).messages;
  return { sent, parked, deliveries, events: await world.events() };
}

function check(sent: ReadonlyMap<string, CloudEvent>, events: readonly StoredEvent[]): void {
  const byKey = (key: string): readonly StoredEvent[] => events.filter(({ metadata }) => metadata.commandKey === key);
  const answersTo = events.flatMap(replyRoute('inventory'));
  for (const { commandkey: intent } of sent.values()) {
    const noted = intent.includes('/y/');
    expect(byKey(intent).map(({ type }) => type)).toEqual([noted ? 'CountRequested' : 'Counted']);
    expect(byKey(outcomeKey(intent))).toHaveLength(noted ? 1 : 0);
    const answers = answersTo.filter(({ message }) => message.commandkey.startsWith(intent));
    expect(answers.length).toBeGreaterThanOrEqual(noted ? 2 : 1);
    const [original] = byKey(intent);
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const id = attemptMessageId(intent, attempt);
      const repetitions = byKey(id).length;
      const owed = sent.has(id) && id !== original?.metadata.causationId;
      if (noted || !owed) expect(repetitions).toBeLessThanOrEqual(owed ? 1 : 0);
      else expect(repetitions).toBe(1);
      seen.repeated += repetitions;
    }
  }
  const effective = events.filter(({ type }) => type !== 'OutcomeRepeated');
  expect(new Set(effective.map(({ dedup, streamId }) => `${streamId} ${dedup}`)).size).toBe(effective.length);
}

describe('commands from a hub, while consumers come and go, checkpoints fail and answers of the database get lost', () => {
  it('have their effect once, and each attempt is answered', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1 }), fc.array(step, { minLength: 5, maxLength: 40 }), async (seed, steps) => {
        const { sent, parked, deliveries, events } = await run(seed, steps);
        expect(parked).toEqual([]);
        expect([...sent.keys()].filter((id) => !deliveries.has(id))).toEqual([]);
        seen.redeliveries += [...deliveries.values()].filter((times) => times > 1).length;
        check(sent, events);
      }),
      { numRuns: 100, seed: 2010 },
    );
    // A check that passes because nothing happened is none.
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(50);
  });
});
