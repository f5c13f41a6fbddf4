import { isAppendOutcomeUnknown, isConcurrencyConflict, isStreamBusy } from '@daybook/eventstore';
import { isContainerError, isHubError } from '@daybook/ports';

// By code, as everywhere: a handler's package is not known here.
const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/**
 * Known to newer code, and so to another instance or the next deployment: a version of a schema or of a saga, a type of command. The
 * last is what has been appended and cannot be read yet.
 */
const transientCodes: readonly unknown[] = [
  'unknown-schema-version',
  'unknown-saga-version',
  'unknown-command-type',
  'outcome-not-visible',
];

/**
 * Container and hub errors that say nothing about the message, those of the event store that mean the same, and what this process is
 * too old to know.
 */
export function isTransientError(error: unknown): boolean {
  // Missing rights and missing containers too: parking every message would not mend them.
  if (isContainerError(error) || isHubError(error)) return !['too-large', 'bad-request'].includes(error.code);
  if (isAppendOutcomeUnknown(error) || isConcurrencyConflict(error) || isStreamBusy(error)) return true;
  return transientCodes.includes(codeOf(error));
}

const hopelessCodes: readonly unknown[] = ['command-unusable', 'bad-saga-input'];

/** `CommandUnusable` of the participant and `SagaInputError` of the saga runner. */
export function isHopelessError(error: unknown): boolean {
  return hopelessCodes.includes(codeOf(error));
}
