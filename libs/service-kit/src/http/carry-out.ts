import type { AggregateStore, DomainEvent, EventMetadata, EventStore } from '@daybook/eventstore';
import type { Refusal, Runtime } from '@daybook/ports';
import type { Request, Response } from 'express';
import { type Answer, answerOf, otherVersion, refusalProblem, reusedKey, sendAnswer } from './answer.ts';
import { type CommandContext, commandContext } from './command-context.ts';
import type { KeptAnswers } from './kept-answers.ts';

export interface CommandRunner<C, E extends DomainEvent, S> {
  readonly aggregates: AggregateStore<C, E, S>;
  readonly store: EventStore;
  readonly answers: KeptAnswers;
  readonly runtime: Runtime;
}

/** What a command came to, as far as an answer needs to know it. */
export type CommandOutcome<S> =
  /** `repeated`: it was carried out before, and this is what it came to then. */
  | { readonly kind: 'done'; readonly repeated: boolean; readonly state: S; readonly version: number }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'version-mismatch'; readonly version: number };

/**
 * Runs one command of a request that has several and tells what it came to. `handleCommand` does it for a request that has one.
 *
 * @throws Problem 422 for a key that was used for another request; errors of the event store
 */
export async function carryOut<C, E extends DomainEvent, S>(
  runner: CommandRunner<C, E, S>,
  streamId: string,
  command: C,
  context: CommandContext,
): Promise<CommandOutcome<S>> {
  const outcome = await execute(runner, streamId, command, context);
  return outcome.kind === 'repeated' ? { kind: 'done', repeated: true, ...(await outcome.asItWas()) } : outcome;
}

/**
 * Runs the command of a request and answers it. A request that comes again gets the answer of the first time, whatever has become of the
 * thing since.
 *
 * @throws Problem 400 for bad headers, 404, 409, 412, 422; errors of the event store
 */
export async function handleCommand<C, E extends DomainEvent, S>(
  runner: CommandRunner<C, E, S>,
  request: Request,
  response: Response,
  {
    streamId,
    command,
    answer,
    fresh = false,
    context = commandContext(request, runner.runtime),
  }: {
    readonly streamId: string;
    readonly command: C;
    readonly answer: Answer<S>;
    /** The stream is most likely new: see `ExecuteRequest`. */
    readonly fresh?: boolean;
    /** Where the route had to read it before. */
    readonly context?: CommandContext;
  },
): Promise<void> {
  const { commandKey, causationId: fingerprint } = context.metadata;
  const answered = { scope: streamId, commandKey, fingerprint };
  const outcome = await execute(runner, streamId, command, context, fresh);
  switch (outcome.kind) {
    case 'refused':
      throw refusalProblem(outcome.refusal);
    case 'version-mismatch':
      throw otherVersion(outcome.version);
    case 'repeated': {
      const kept = await runner.answers.find(answered);
      if (kept !== undefined) {
        sendAnswer(response, kept, true);
        return;
      }
      const { state, version } = await outcome.asItWas();
      sendAnswer(response, answerOf(answer, state, version), true);
      return;
    }
    case 'done': {
      const sent = answerOf(answer, outcome.state, outcome.version);
      // What appended nothing has used no key up: it will be decided again.
      if (context.idempotencyKey !== undefined && outcome.appended) runner.answers.keep(answered, sent);
      sendAnswer(response, sent);
    }
  }
}

type Executed<S> =
  | Exclude<CommandOutcome<S>, { readonly kind: 'done' }>
  | (Extract<CommandOutcome<S>, { readonly kind: 'done' }> & { readonly appended: boolean })
  | { readonly kind: 'repeated'; asItWas(): Promise<{ readonly state: S; readonly version: number }> };

async function execute<C, E extends DomainEvent, S>(
  { aggregates, store }: CommandRunner<C, E, S>,
  streamId: string,
  command: C,
  { metadata, expectedVersion }: CommandContext,
  fresh = false,
): Promise<Executed<S>> {
  const outcome = await aggregates.execute({
    ...{ streamId, command, metadata, fresh },
    ...(expectedVersion === undefined ? {} : { expectedVersion }),
  });
  switch (outcome.kind) {
    case 'appended':
    case 'unchanged': {
      const { state, version, kind } = outcome;
      return { kind: 'done', repeated: false, appended: kind === 'appended', state, version };
    }
    case 'duplicate': {
      const version = await firstTime(store, streamId, metadata);
      if (version === undefined || version === outcome.version) {
        return { kind: 'repeated', asItWas: () => Promise.resolve(outcome) };
      }
      return { kind: 'repeated', asItWas: () => aggregates.asOf(streamId, { version }) };
    }
    case 'refused':
    case 'version-mismatch':
      return outcome;
  }
}

/** The version that the command came to when it was carried out. @throws Problem 422 where that was another request */
async function firstTime(
  store: EventStore,
  streamId: string,
  { commandKey, causationId }: EventMetadata,
): Promise<number | undefined> {
  const events = await store.findByCommandKey(streamId, commandKey);
  const last = events.at(-1);
  if (last !== undefined && last.metadata.causationId !== causationId) throw reusedKey();
  return last?.version;
}
