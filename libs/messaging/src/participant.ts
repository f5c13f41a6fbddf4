import { type CloudEvent, outcomeKey, parseIntentKey } from '@daybook/contracts';
import type { DomainEvent, EventMetadata, EventStore, ExecuteRequest, Outcome } from '@daybook/eventstore';

/** A schema of zod, as far as it is used here. */
export interface CommandSchema {
  safeParse(
    data: unknown,
  ): { readonly success: true; readonly data: unknown } | { readonly success: false; readonly error: Error };
}

export interface ParticipantOptions<C, E extends DomainEvent, S> {
  /** `orderCommands`, `stockCommands` or `paymentCommands` of the contracts. */
  readonly commands: { readonly [type: string]: CommandSchema };
  /** The aggregate's command for a message whose data has passed the schema. */
  readonly toCommand: (message: { readonly type: string; readonly data: never }) => C;
  readonly aggregate: { execute(request: ExecuteRequest<C, E, S>): Promise<Outcome<E, S>> };
  readonly store: Pick<EventStore, 'findByCommandKey'>;
}

/** Not to be handled however often it is tried: unknown type, bad data, or a decision without an event. */
export class CommandUnusable extends Error {
  readonly code = 'command-unusable';
  readonly messageId: string;

  constructor(message: CloudEvent, why: string, cause?: unknown) {
    super(`${message.type} ${message.id} to ${message.subject}: ${why}`, cause === undefined ? undefined : { cause });
    this.name = 'CommandUnusable';
    this.messageId = message.id;
  }
}

export function isCommandUnusable(error: unknown): error is CommandUnusable {
  return error instanceof Error && error.name === 'CommandUnusable';
}

/**
 * Handles a saga's commands exactly once by effect: the intent key is the command key, so the event store settles repetition.
 * One message again appends nothing; another attempt of an answered intent appends `OutcomeRepeated`.
 */
export function createParticipant<C, E extends DomainEvent, S>(
  options: ParticipantOptions<C, E, S>,
): (message: CloudEvent) => Promise<void> {
  const { commands, toCommand, aggregate, store } = options;

  const repeatOutcome = async (message: CloudEvent, metadata: EventMetadata): Promise<void> => {
    const streamId = message.subject;
    const [original] = await store.findByCommandKey(streamId, message.commandkey);
    if (original === undefined) throw new CommandUnusable(message, 'a duplicate without its original');
    if (original.metadata.causationId === message.id) return;
    const [later] = await store.findByCommandKey(streamId, outcomeKey(message.commandkey));
    // Only noted so far: its outcome will answer this attempt as well.
    if (later === undefined && original.type.endsWith('Requested')) return;
    const { eventId, type, data } = later ?? original;
    const repeated = { type: 'OutcomeRepeated', data: { eventId, type, data } } as unknown as E;
    await aggregate.execute({
      streamId,
      metadata: { ...metadata, commandKey: message.id },
      decide: () => [repeated],
    });
  };

  return async (message) => {
    const schema = Object.hasOwn(commands, message.type) ? commands[message.type] : undefined;
    if (schema === undefined) throw new CommandUnusable(message, 'no such command');
    if (parseIntentKey(message.commandkey) === undefined) throw new CommandUnusable(message, 'no intent key');
    const parsed = schema.safeParse(message.data);
    if (!parsed.success) throw new CommandUnusable(message, 'data do not fit the schema', parsed.error);
    const metadata: EventMetadata = {
      commandKey: message.commandkey,
      correlationId: message.correlationid,
      causationId: message.id,
      actor: 'service:fulfilment',
      traceparent: message.traceparent,
    };
    const command = toCommand({ type: message.type, data: parsed.data as never });
    const outcome = await aggregate.execute({ streamId: message.subject, command, metadata });
    if (outcome.kind === 'duplicate') return repeatOutcome(message, metadata);
    if (outcome.kind !== 'appended')
      throw new CommandUnusable(message, `${outcome.kind}: it must answer with an event`);
  };
}
