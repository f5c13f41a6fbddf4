import { attemptMessageId, type CloudEvent, formatIntentKey, outcomeKey, parseIntentKey } from '@daybook/contracts';
import {
  type DomainEvent,
  type EventMetadata,
  type EventStore,
  type ExecuteRequest,
  isInvalidAppend,
  type Outcome,
} from '@daybook/eventstore';
import { CommandUnusable } from './command-unusable.ts';
import type { MessageHandler } from './message-handler.ts';

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
  /** Refuses streams of another category itself. */
  readonly aggregate: { execute(request: ExecuteRequest<C, E, S>): Promise<Outcome<E, S>> };
  readonly store: Pick<EventStore, 'findByCommandKey'>;
  /**
   * The stream that a command is for, by its data: `({ data }) => orderStream(data.orderId)`. A message addressed to any other is
   * unusable. Without it only the category is checked, by the aggregate store.
   */
  readonly streamOf?: (command: C) => string;
  /**
   * True for the types of events that only note a command, whose outcome is appended later under `outcomeKey(intentKey)`; a further
   * attempt is then answered by that outcome. Default: types that end in `Requested`, as the payment's do.
   */
  readonly notedOnly?: (eventType: string) => boolean;
}

/**
 * Handles a saga's commands exactly once by effect: the intent key is the command key, so the event store settles repetition.
 *
 * - A message for the first time: the aggregate decides, and its events carry the intent key and, as their cause, the message id.
 * - The same message again appends nothing.
 * - Another attempt of an intent that has been answered appends one `OutcomeRepeated`: of the outcome where the answer was first only
 *   noted, of the last event where the command appended several.
 *
 * Messages of one stream that are handed over together are decided one after another on one state and appended as one batch, each with its
 * own intent key and answer. One that fails there does not keep the others back: commands of different intents stand each for itself.
 *
 * @returns a handler for a consumer that parks by message. It throws `CommandUnusable` for what no attempt will make good; errors with the codes `unknown-command-type`
 * and `outcome-not-visible` for what another attempt may; the event store's errors as they are.
 */
export function createParticipant<C, E extends DomainEvent, S>(options: ParticipantOptions<C, E, S>): MessageHandler {
  const { toCommand, aggregate, store, streamOf } = options;
  const { notedOnly = (type) => type.endsWith('Requested') } = options;

  const execute = async (message: CloudEvent, request: ExecuteRequest<C, E, S>): Promise<Outcome<E, S>> => {
    try {
      return await aggregate.execute(request);
    } catch (error) {
      // A stream of another category, a key too long: wrong whatever is stored.
      throw isInvalidAppend(error) ? new CommandUnusable(message, error.message, error) : error;
    }
  };

  const repeatOutcome = async (message: CloudEvent, metadata: EventMetadata): Promise<void> => {
    const streamId = message.subject;
    const answer = (await store.findByCommandKey(streamId, message.commandkey)).at(-1);
    // The database has said that the key is taken: what cannot be seen yet will be at the next attempt.
    if (answer === undefined) throw notVisible(message);
    if (answer.metadata.causationId === message.id) return;
    const outcome = (await store.findByCommandKey(streamId, outcomeKey(message.commandkey))).at(-1);
    if (outcome === undefined && notedOnly(answer.type)) return;
    const { eventId, type, data } = outcome ?? answer;
    const repeated = { type: 'OutcomeRepeated', data: { eventId, type, data } } as unknown as E;
    await execute(message, { streamId, metadata: { ...metadata, commandKey: message.id }, decide: () => [repeated] });
  };

  const handle = async (message: CloudEvent): Promise<void> => {
    const command = toCommand({ type: message.type, data: checkedData(message, options.commands) as never });
    const stream = streamOf?.(command) ?? message.subject;
    if (stream !== message.subject) throw new CommandUnusable(message, `its data are about ${stream}`);
    const metadata: EventMetadata = {
      commandKey: message.commandkey,
      correlationId: message.correlationid,
      causationId: message.id,
      actor: 'service:fulfilment',
      traceparent: message.traceparent,
    };
    const outcome = await execute(message, { streamId: message.subject, command, metadata });
    if (outcome.kind === 'duplicate') return repeatOutcome(message, metadata);
    if (outcome.kind !== 'appended')
      throw new CommandUnusable(message, `${outcome.kind}: it must answer with an event`);
  };

  const handleTogether = async (messages: readonly CloudEvent[]): Promise<void> => {
    const once = new Map(messages.map((message) => [message.id, message]));
    // All are handed to the aggregate in one turn: what waits there for one stream is one batch.
    const results = await Promise.allSettled([...once.values()].map(handle));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  };
  return Object.assign(handle, { handleTogether });
}

// Both are told by their code to consumers, which try again: nobody branches on more.
function notVisible({ id, commandkey }: CloudEvent): Error {
  return Object.assign(new Error(`${id}: the events of ${commandkey} cannot be read yet`), {
    code: 'outcome-not-visible',
  });
}

/** The saga is newer than this process: another instance, or the next deployment, knows the command. */
function unknownType({ type, id, subject }: CloudEvent): Error {
  const message = `${type} ${id} to ${subject}: this code knows no such command: deploy the newer code`;
  return Object.assign(new Error(message), { code: 'unknown-command-type' });
}

/** The command's data as its schema gives them. @throws CommandUnusable; an error with code `unknown-command-type` */
function checkedData(message: CloudEvent, commands: { readonly [type: string]: CommandSchema }): unknown {
  const { id, type, commandkey, data } = message;
  const schema = Object.hasOwn(commands, type) ? commands[type] : undefined;
  if (schema === undefined) throw unknownType(message);
  const intent = parseIntentKey(commandkey);
  if (intent === undefined || formatIntentKey(intent) !== commandkey) {
    throw new CommandUnusable(message, `commandkey is not an intent key: ${commandkey}`);
  }
  // The answer to a further attempt is found by the message id: it has to lead to the saga as well.
  const attempt = Number(id.slice(commandkey.length + 1));
  if (!Number.isInteger(attempt) || id !== attemptMessageId(commandkey, attempt)) {
    throw new CommandUnusable(message, 'its id is not an attempt of its intent key');
  }
  const parsed = schema.safeParse(data);
  if (!parsed.success) throw new CommandUnusable(message, 'data do not fit the schema', parsed.error);
  return parsed.data;
}
