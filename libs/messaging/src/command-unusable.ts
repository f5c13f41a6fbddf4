import type { CloudEvent } from '@daybook/contracts';

const code = 'command-unusable';

/**
 * A message that will not be handled however often it is tried: of an unknown type, with keys or data that do not fit, or with a
 * decision that has no event. Nothing was appended. A consumer parks it at once.
 */
export class CommandUnusable extends Error {
  readonly code = code;
  readonly messageId: string;

  constructor(message: CloudEvent, why: string, cause?: unknown) {
    super(`${message.type} ${message.id} to ${message.subject}: ${why}`, cause === undefined ? undefined : { cause });
    this.name = 'CommandUnusable';
    this.messageId = message.id;
  }
}

export function isCommandUnusable(error: unknown): error is CommandUnusable {
  return error instanceof Error && 'code' in error && error.code === code;
}
