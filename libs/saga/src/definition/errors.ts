const definitionErrorName = 'SagaDefinitionError';

/** Thrown while a saga is defined, or where its functions break a rule at run time. The message names what is wrong and the remedy. */
export class SagaDefinitionError extends Error {
  readonly code = 'bad-saga-definition';
  readonly saga: string;
  /** The step at fault, where it is one. */
  readonly step: string | undefined;

  constructor(saga: string, step: string | undefined, message: string) {
    super(`${step === undefined ? saga : `${saga}, step ${step}`}: ${message}`);
    this.name = definitionErrorName;
    this.saga = saga;
    this.step = step;
  }
}

export function isSagaDefinitionError(error: unknown): error is SagaDefinitionError {
  return error instanceof Error && error.name === definitionErrorName;
}

const inputErrorName = 'SagaInputError';

/** A message that cannot be read, now or later: data that does not fit its type, or no business key. It belongs to the dead letters. */
export class SagaInputError extends Error {
  readonly code = 'bad-saga-input';
  /** Type of the message. */
  readonly input: string;

  constructor(input: string, message: string) {
    super(`${input}: ${message}`);
    this.name = inputErrorName;
    this.input = input;
  }
}

export function isSagaInputError(error: unknown): error is SagaInputError {
  return error instanceof Error && error.name === inputErrorName;
}
