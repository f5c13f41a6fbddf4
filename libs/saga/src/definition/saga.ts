import type { EventCatalogue } from '@daybook/contracts';
import type { z } from 'zod';
import { checkDefinition } from './checks.ts';
import type { Migration, SagaContext, SagaDefinition, SagaStep } from './definition.ts';
import { closingFrom, stepFrom } from './erase.ts';
import { SagaDefinitionError, SagaInputError } from './errors.ts';
import type { ClosingOptions, RetriableOptions, StepOptions } from './options.ts';
import { readAnswer } from './read-answer.ts';

/** Builds a definition, step by step in the order they run; each call gives a new builder. Checked by `build()`. */
export interface SagaBuilder<Context extends object> {
  /** Events that call it off: before the pivot everything is undone, after it they mean nothing. */
  cancelledBy(...types: string[]): SagaBuilder<Context>;
  /**
   * From its start to its pivot it may take so long; then it turns round, unless a step that has no way back may have been done. At least as
   * long as the retries of the steps before the pivot.
   */
  deadline(deadlineMs: number): SagaBuilder<Context>;
  /**
   * Sagas of version `from` go over to this one before they enter step `at`. What stands before it in their version stands first in this one
   * too; what is new before it is done then. `context` makes this version's context of theirs. The old version stays until none is left.
   */
  migrate(migration: {
    readonly from: number;
    readonly at: string;
    readonly context?: (old: SagaContext) => Context;
  }): SagaBuilder<Context>;
  /** A step before the pivot, with its way back. */
  step<C extends EventCatalogue, Item = unknown>(
    name: string,
    options: StepOptions<Context, Item, C>,
  ): SagaBuilder<Context>;
  /** The point of no return: waits, without a deadline, for an event that others decide on. */
  pivot(name: string, options: { readonly awaits: string }): SagaBuilder<Context>;
  /** The start is the point of no return: there are only retriable steps. */
  pivotAtStart(): SagaBuilder<Context>;
  /** A step after the pivot. */
  retriable<C extends EventCatalogue, Item = unknown>(
    name: string,
    options: RetriableOptions<Context, Item, C>,
  ): SagaBuilder<Context>;
  /** The last act of a saga that turned round, once every undo is confirmed. */
  closing<C extends EventCatalogue>(name: string, options: ClosingOptions<Context, C>): SagaBuilder<Context>;
  /** @throws SagaDefinitionError with what is wrong and what to do. */
  build(): SagaDefinition;
}

export interface SagaBeginning {
  /**
   * The event that starts one. `key` is the field of its data, and of every signal's, that holds the business key; `context` keeps
   * what the steps will need of it.
   */
  startedBy<C extends EventCatalogue, T extends keyof C & string, Context extends object>(
    catalogue: C,
    type: T,
    options: {
      readonly key: keyof z.infer<C[T]['schema']> & string;
      readonly context: (data: z.infer<C[T]['schema']>) => Context;
    },
  ): SagaBuilder<Context>;
}

/** Begins the definition of a saga. A running saga stays with the version that it began with. */
export function saga(type: string, options: { readonly version: number }): SagaBeginning {
  return {
    startedBy: (catalogue, event, { key, context }) =>
      builder({
        type,
        version: options.version,
        start: { event, contextOf: (answer) => context(readAnswer(catalogue, answer) as never) as SagaContext },
        keyOf: (data) => {
          const value = data[key];
          if (typeof value !== 'string' || value === '')
            throw new SagaInputError(type, `${key}: there is no business key`);
          return value;
        },
        cancelledBy: [],
        stages: [],
        pivotAtStart: false,
        migrations: [],
      }),
  };
}

function builder<Context extends object>(made: SagaDefinition): SagaBuilder<Context> {
  const also = (change: Partial<SagaDefinition>): SagaBuilder<Context> => builder({ ...made, ...change });
  const add = (step: SagaStep): SagaBuilder<Context> => {
    const last = made.stages.at(-1);
    return step.kind !== 'pivot' && step.alongside && last !== undefined
      ? also({ stages: [...made.stages.slice(0, -1), [...last, step]] })
      : also({ stages: [...made.stages, [step]] });
  };
  return {
    cancelledBy: (...types) => also({ cancelledBy: types }),
    deadline: (deadlineMs) => {
      if (made.deadlineMs !== undefined)
        throw new SagaDefinitionError(made.type, undefined, 'deadline: there is one already');
      return also({ deadlineMs });
    },
    migrate: ({ from, at, context = (old) => old as Context }) => {
      const migration: Migration = { from, at, contextFrom: (old) => context(old) as SagaContext };
      return also({ migrations: [...made.migrations, migration] });
    },
    step: (name, options) => {
      if (options.nothingToUndo !== undefined && options.unknown !== undefined) {
        throw new SagaDefinitionError(made.type, name, 'unknown: a step with nothing to undo may not end in doubt');
      }
      return add(stepFrom(made.type, name, 'compensable', options));
    },
    pivot: (name, { awaits }) => add({ name, kind: 'pivot', awaits }),
    pivotAtStart: () => {
      if (made.pivotAtStart) throw new SagaDefinitionError(made.type, undefined, 'there is a pivot already');
      return also({ pivotAtStart: true });
    },
    retriable: (name, options) => add(stepFrom(made.type, name, 'retriable', options)),
    closing: (name, options) => {
      if (made.closing !== undefined) throw new SagaDefinitionError(made.type, name, 'there is a closing step already');
      return also({ closing: closingFrom(name, options) });
    },
    build: () => {
      checkDefinition(made);
      return made;
    },
  };
}
