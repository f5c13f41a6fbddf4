/**
 * The idempotency key of one thing a saga wants done: `<saga>/<step>/<item>/<phase>/<round>`, for example
 * `FulfilOrder:inv-536365/reserve/85123A/do/0`. It is the `commandKey` of the event that answers it, which is how answers find their
 * saga. `do` is the forward command, `undo` its compensation; a new round is an operator's retry after a refusal.
 */
export interface IntentKey {
  /** `<type>:<business key>`. */
  readonly sagaId: string;
  readonly step: string;
  /** What of a fan-out: the SKU. `-` where the step has only one. */
  readonly item: string;
  readonly phase: 'do' | 'undo';
  readonly round: number;
}

const pattern = /^([A-Z][A-Za-z]*:[^/]+)\/([a-z][a-z-]*)\/([^/]+)\/(do|undo)\/(\d+)(?:\/(\d+|outcome))?$/;

export function formatIntentKey(key: IntentKey): string {
  return `${key.sagaId}/${key.step}/${key.item}/${key.phase}/${key.round}`;
}

/** Id of the message that carries the intent for the `attempt`th time (from 1). */
export function attemptMessageId(intentKey: string, attempt: number): string {
  return `${intentKey}/${attempt}`;
}

/** `commandKey` of the event that tells how an intent ended which was first only noted (`PaymentAuthorizationRequested`). */
export function outcomeKey(commandKey: string): string {
  return `${commandKey}/outcome`;
}

/** Reads an intent key, also one followed by an attempt or `outcome`. `undefined` for any other command key: it is not a saga's. */
export function parseIntentKey(commandKey: string): IntentKey | undefined {
  const match = pattern.exec(commandKey);
  if (match === null) return undefined;
  const [, sagaId = '', step = '', item = '', phase = '', round = ''] = match;
  return { sagaId, step, item, phase: phase === 'do' ? 'do' : 'undo', round: Number(round) };
}
