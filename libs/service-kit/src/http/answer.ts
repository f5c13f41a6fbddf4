import type { Refusal } from '@daybook/ports';
import type { Response } from 'express';
import { type CommandContext } from './command-context.ts';
import { Problem } from './problem.ts';

/** What a command came to, as far as an answer needs to know it: the outcomes of `AggregateStore.execute`. */
export type CommandOutcome<S> =
  | { readonly kind: 'appended' | 'unchanged'; readonly state: S; readonly version: number }
  | {
      readonly kind: 'duplicate';
      readonly state: S;
      readonly version: number;
      /** Fingerprint of the request that was carried out. */
      readonly causationId: string;
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly state: S; readonly version: number }
  | { readonly kind: 'version-mismatch'; readonly version: number };

export interface Answer<S> {
  /** 200; 201 or 202 where something was created or work goes on. */
  readonly status: number;
  readonly body: (state: S, version: number) => object;
  readonly location?: string;
}

/** Codes of refusals that mean the thing itself is not there. */
const unknownCodes = new Set(['order-unknown', 'line-unknown', 'payment-unknown']);

/**
 * Answers a command. A command key that was used before gets the same answer, as long as the request is the same.
 *
 * @throws Problem 404, 409, 412, 422
 */
export function answerCommand<S>(
  response: Response,
  context: CommandContext,
  outcome: CommandOutcome<S>,
  answer: Answer<S>,
): void {
  switch (outcome.kind) {
    case 'refused': {
      const { code, message, details } = outcome.refusal;
      const status = unknownCodes.has(code) ? 404 : 409;
      throw new Problem(status, code, message, details === undefined ? {} : { members: details });
    }
    case 'version-mismatch':
      throw new Problem(
        412,
        'version-mismatch',
        `If-Match names another version than the current one, ${outcome.version}.`,
        {
          members: { version: outcome.version },
          headers: { ETag: etag(outcome.version) },
        },
      );
    case 'duplicate':
      if (context.idempotencyKey !== undefined && outcome.causationId !== context.metadata.causationId) {
        throw reusedKey();
      }
      break;
    case 'appended':
    case 'unchanged':
      break;
  }
  if (answer.location !== undefined) response.set('Location', answer.location);
  response.set('ETag', etag(outcome.version)).status(answer.status).json(answer.body(outcome.state, outcome.version));
}

/** The problem of a key that comes back with another request. */
export function reusedKey(): Problem {
  return new Problem(422, 'idempotency-key-reused', 'This Idempotency-Key was used for another request.');
}

export function etag(version: number): string {
  return `"${version}"`;
}
