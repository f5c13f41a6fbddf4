import type { AggregateStore, DomainEvent, EventStore } from '@daybook/eventstore';
import type { Request, Response } from 'express';
import type { Runtime } from '@daybook/ports';
import { type Answer, answerCommand, type CommandOutcome } from './answer.ts';
import { type CommandContext, commandContext } from './command-context.ts';

export interface CommandRunner<C, E extends DomainEvent, S> {
  readonly aggregates: AggregateStore<C, E, S>;
  readonly store: EventStore;
  readonly runtime: Runtime;
}

/**
 * Runs one command of a request and tells what it came to.
 *
 * @param options.fresh the stream is most likely new: see `ExecuteRequest`
 * @throws Problem 400 for bad headers; errors of the event store
 */
export async function carryOut<C, E extends DomainEvent, S>(
  { aggregates, store }: CommandRunner<C, E, S>,
  streamId: string,
  command: C,
  { metadata, expectedVersion }: CommandContext,
  { fresh = false }: { readonly fresh?: boolean | undefined } = {},
): Promise<CommandOutcome<S>> {
  const outcome = await aggregates.execute({
    streamId,
    command,
    metadata,
    fresh,
    ...(expectedVersion === undefined ? {} : { expectedVersion }),
  });
  if (outcome.kind !== 'duplicate') return outcome;
  const [original] = await store.findByCommandKey(streamId, metadata.commandKey);
  return { ...outcome, causationId: original?.metadata.causationId ?? metadata.causationId };
}

/** Runs the command of a request and answers it. @throws Problem */
export async function handleCommand<C, E extends DomainEvent, S>(
  runner: CommandRunner<C, E, S>,
  request: Request,
  response: Response,
  {
    streamId,
    command,
    answer,
    fresh,
  }: {
    readonly streamId: string;
    readonly command: C;
    readonly answer: Answer<S>;
    readonly fresh?: boolean;
  },
): Promise<void> {
  const context = commandContext(request, runner.runtime);
  answerCommand(response, context, await carryOut(runner, streamId, command, context, { fresh }), answer);
}
