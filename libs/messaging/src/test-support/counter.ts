import { outcomeKey, outcomeRepeated, type CloudEvent } from '@daybook/contracts';
import { createAggregateStore, createEventStore, eventCodec, type StoredEvent } from '@daybook/eventstore';
import {
  type Container,
  type ContainerCall,
  type Decider,
  type Fault,
  memoryContainer,
  refuse,
  type VirtualRuntime,
  virtualRuntime,
} from '@daybook/ports';
import { z } from 'zod';
import type { MessageHandler } from '../message-handler.ts';
import { createParticipant, type ParticipantOptions } from '../participant.ts';
import { command } from './messages.ts';

type Counted = { readonly type: 'Counted'; readonly data: { readonly by: number } };
type CountRejected = { readonly type: 'CountRejected'; readonly data: { readonly by: number } };
type CountRequested = { readonly type: 'CountRequested'; readonly data: { readonly by: number } };
type OutcomeRepeated = { readonly type: 'OutcomeRepeated'; readonly data: z.infer<typeof outcomeRepeated.schema> };
export type CounterEvent = Counted | CountRejected | CountRequested | OutcomeRepeated;

export type CounterCommand =
  /** By 0 changes nothing, by less is refused, by more than 100 is rejected with an event. `times`: as so many events. */
  | {
      readonly type: 'Count';
      readonly data: { readonly counter: string; readonly by: number; readonly times?: number };
    }
  /** Noted only; the outcome comes later. */
  | { readonly type: 'Ask'; readonly data: { readonly counter: string; readonly by: number } };

const decider: Decider<CounterCommand, CounterEvent, number> = {
  initial: 0,
  decide({ type, data }) {
    const { by } = data;
    if (type === 'Ask') return [{ type: 'CountRequested', data: { by } }];
    if (by < 0) return refuse('negative', 'Nothing is counted down.');
    if (by > 100) return [{ type: 'CountRejected', data: { by } }];
    return by === 0
      ? []
      : Array.from({ length: data.times ?? 1 }, (_, n) => ({ type: 'Counted', data: { by: by + n } }));
  },
  evolve: (total, event) => (event.type === 'Counted' ? total + event.data.by : total),
};

const by = z.strictObject({ by: z.number() });
const codec = eventCodec<CounterEvent>({
  Counted: { version: 1, schema: by },
  CountRejected: { version: 1, schema: by },
  CountRequested: { version: 1, schema: by },
  OutcomeRepeated: outcomeRepeated,
});

const counter = { counter: z.string(), by: z.number() };
const commands = {
  Count: z.strictObject({ ...counter, times: z.number().optional() }),
  Ask: z.strictObject(counter),
};

export interface CounterWorld {
  readonly runtime: VirtualRuntime;
  /** A participant with its own memory: another process. */
  participant(options?: Partial<ParticipantOptions<CounterCommand, CounterEvent, number>>): MessageHandler;
  /** Appends the outcome of an `Ask`, as a worker would. */
  settle(streamId: string, intentKey: string, by: number): Promise<void>;
  events(streamId?: string): Promise<readonly StoredEvent[]>;
  /** Batches that added events so far. */
  appends(): number;
  /** Runs while time passes as it has to. Rejects as `work` does. */
  run<T>(work: Promise<T>): Promise<T>;
}

export function createCounterWorld(
  options: {
    readonly runtime?: VirtualRuntime;
    readonly faults?: (call: ContainerCall) => Fault | undefined;
  } = {},
): CounterWorld {
  const runtime = options.runtime ?? virtualRuntime({ seed: 1 });
  let reading = 0;
  let appends = 0;
  const container = memoryContainer<StoredEvent>({
    name: 'counters',
    runtime,
    partitionKey: ({ streamId }) => streamId,
    uniqueKeys: ['/dedup'],
    faults: (call) => (reading > 0 ? undefined : options.faults?.(call)),
  });
  const counted: Container<StoredEvent> = {
    ...container,
    async batch(key, operations) {
      const outcome = await container.batch(key, operations);
      if (outcome.applied && operations.some(({ kind }) => kind === 'create')) appends += 1;
      return outcome;
    },
  };
  const store = createEventStore({ container: counted, runtime });
  const aggregates = () => createAggregateStore({ store, codec, decider, category: 'counter' });
  const worker = aggregates();

  return {
    runtime,
    participant: (wanted = {}) =>
      createParticipant({
        commands,
        toCommand: (message) => message as CounterCommand,
        aggregate: aggregates(),
        store,
        ...wanted,
      }),
    async settle(streamId, intentKey, counted) {
      await worker.execute({
        streamId,
        metadata: { ...meta, commandKey: outcomeKey(intentKey) },
        decide: () => [{ type: 'Counted', data: { by: counted } }],
      });
    },
    async events(streamId) {
      reading += 1;
      const page = await container.query({
        ...(streamId === undefined ? {} : { partitionKey: streamId }),
        limit: 1_000,
      });
      reading -= 1;
      return [...page.documents].sort((a, b) => a.version - b.version);
    },
    appends: () => appends,
    async run(work) {
      let settled = false;
      const watched = work.finally(() => (settled = true));
      watched.catch(() => undefined);
      await runtime.advanceUntil(() => settled, 600_000);
      return watched;
    },
  };
}

const meta = {
  correlationId: 'correlation',
  causationId: 'causation',
  actor: 'service:counter',
  traceparent: '00-00000000000000000000000000000001-0000000000000001-01',
};

export const streamOfCounter = (name: string): string => `counter-${name}`;

export const intentOf = (name: string, item = '-'): string => `CountThings:${name}/count/${item}/do/0`;

export function count(
  name: string,
  fields: { by: number; times?: number; item?: string; attempt?: number; type?: 'Count' | 'Ask' },
): CloudEvent {
  const { item = '-', attempt = 1, type = 'Count', ...data } = fields;
  return command({
    intentKey: intentOf(name, item),
    attempt,
    target: streamOfCounter(name),
    type,
    data: { counter: name, ...data },
  });
}
