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

/**
 * A saga is bound to a version of its definition that this process does not have: started by newer code, or by older whose version was
 * taken out too early. Nothing is wrong with the message: another instance, or the next deployment, can go on with it.
 */
export class UnknownSagaVersion extends Error {
  readonly code = 'unknown-saga-version';
  readonly sagaId: string;
  /** `undefined`: the whole type is not known. */
  readonly version: number | undefined;

  constructor(sagaId: string, version: number | undefined) {
    const what = version === undefined ? 'has a type' : `runs in version ${version}`;
    super(`${sagaId} ${what} that is not defined here: deploy it, and keep every version that is live`);
    this.name = 'UnknownSagaVersion';
    this.sagaId = sagaId;
    this.version = version;
  }
}

export function isUnknownSagaVersion(error: unknown): error is UnknownSagaVersion {
  return error instanceof Error && 'code' in error && error.code === 'unknown-saga-version';
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
