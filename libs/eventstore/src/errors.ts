/** What every error of the event store says. `code` is stable: branch on it or on the guard, never on the message. */
export type EventStoreErrorCode =
  | 'invalid-event'
  | 'unknown-schema-version'
  | 'invalid-append'
  | 'append-too-large'
  | 'concurrency-conflict'
  | 'expected-version-ahead'
  | 'append-outcome-unknown'
  | 'stream-diverged'
  | 'stream-corrupt'
  | 'stream-busy';

abstract class EventStoreError extends Error {
  abstract readonly code: EventStoreErrorCode;
}

// Two copies of this package may be loaded in one process: errors are told apart by their code, not by their class.
function has(error: unknown, code: EventStoreErrorCode): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** An event that its own schema refuses, or whose type has none. A bug in the code that decided it; nothing was appended. */
export class InvalidEvent extends EventStoreError {
  readonly code = 'invalid-event';
  readonly type: string;

  constructor(type: string, reason: string, cause?: unknown) {
    super(`event ${type} is invalid: ${reason}`, { cause });
    this.name = 'InvalidEvent';
    this.type = type;
  }
}

/** A stored event newer than this code, or one without an upcaster on its way to the current version. Deploy the newer code first. */
export class UnknownSchemaVersion extends EventStoreError {
  readonly code = 'unknown-schema-version';
  readonly type: string;
  readonly schemaVersion: number;

  constructor(type: string, schemaVersion: number, reason: string) {
    super(`event ${type} has schema version ${schemaVersion}: ${reason}`);
    this.name = 'UnknownSchemaVersion';
    this.type = type;
    this.schemaVersion = schemaVersion;
  }
}

/** An append or read that cannot be right whatever is stored: a limit passed, a field missing. Nothing was done. */
export class InvalidAppend extends EventStoreError {
  readonly code = 'invalid-append';
  readonly field: string;

  constructor(field: string, message: string) {
    super(`${field}: ${message}`);
    this.name = 'InvalidAppend';
    this.field = field;
  }
}

/** One event, or all of one append, is larger than may be stored. Nothing was appended. */
export class AppendTooLarge extends EventStoreError {
  readonly code = 'append-too-large';
  readonly streamId: string;
  readonly bytes: number;
  readonly bytesMax: number;

  constructor(streamId: string, what: string, bytes: number, bytesMax: number) {
    super(`${streamId}: ${what} takes ${bytes} bytes, at most ${bytesMax} may be stored; keep large content elsewhere`);
    this.name = 'AppendTooLarge';
    this.streamId = streamId;
    this.bytes = bytes;
    this.bytesMax = bytesMax;
  }
}

/** Somebody else appended first. Nothing of this append was or will be stored: load, decide again. */
export class ConcurrencyConflict extends EventStoreError {
  readonly code = 'concurrency-conflict';
  readonly streamId: string;
  readonly expectedVersion: number;
  /** The stream's version as it was seen after the conflict. */
  readonly actualVersion: number | undefined;

  constructor(streamId: string, expectedVersion: number, actualVersion: number | undefined) {
    super(`${streamId} is at version ${actualVersion ?? 'unknown'}, not at the expected ${expectedVersion}`);
    this.name = 'ConcurrencyConflict';
    this.streamId = streamId;
    this.expectedVersion = expectedVersion;
    this.actualVersion = actualVersion;
  }
}

/** The expected version has not been reached by the stream: appending would leave a gap. Nothing was appended. */
export class ExpectedVersionAhead extends EventStoreError {
  readonly code = 'expected-version-ahead';
  readonly streamId: string;
  readonly expectedVersion: number;
  readonly actualVersion: number | undefined;

  constructor(streamId: string, expectedVersion: number, actualVersion: number | undefined) {
    super(
      `${streamId} is at version ${actualVersion ?? 'unknown'}: it has not reached the expected ${expectedVersion}`,
    );
    this.name = 'ExpectedVersionAhead';
    this.streamId = streamId;
    this.expectedVersion = expectedVersion;
    this.actualVersion = actualVersion;
  }
}

/**
 * The retry budget is spent and it is not known whether the events are stored. It has not failed: the same command again, with the
 * same command key, returns the first outcome or appends now.
 */
export class AppendOutcomeUnknown extends EventStoreError {
  readonly code = 'append-outcome-unknown';
  readonly streamId: string;
  readonly commandKey: string;

  constructor(streamId: string, commandKey: string, cause: unknown) {
    super(
      `${streamId}: the outcome of command ${commandKey} is not known; it is safe to send it again with the same key`,
      {
        cause,
      },
    );
    this.name = 'AppendOutcomeUnknown';
    this.streamId = streamId;
    this.commandKey = commandKey;
  }
}

/**
 * The predecessor in the database is not the event the decision was made on: it was rewritten, or lost in a failover. The events
 * are stored after it, with the hash of the one that was expected, so `verifyStream` names the place.
 */
export class StreamDiverged extends EventStoreError {
  readonly code = 'stream-diverged';
  readonly streamId: string;
  readonly version: number;
  readonly expectedHash: string;
  readonly actualHash: string;

  constructor(streamId: string, version: number, expectedHash: string, actualHash: string) {
    super(`${streamId}: event ${version} is not the one the decision was made on; verify the stream`);
    this.name = 'StreamDiverged';
    this.streamId = streamId;
    this.version = version;
    this.expectedHash = expectedHash;
    this.actualHash = actualHash;
  }
}

/** What was read is not a stream: an event is missing or twice there. */
export class StreamCorrupt extends EventStoreError {
  readonly code = 'stream-corrupt';
  readonly streamId: string;
  readonly version: number;

  constructor(streamId: string, version: number, reason: string) {
    super(`${streamId}: version ${version}: ${reason}`);
    this.name = 'StreamCorrupt';
    this.streamId = streamId;
    this.version = version;
  }
}

/** Too many commands of this process wait for one stream. Nothing was decided; try again later. */
export class StreamBusy extends EventStoreError {
  readonly code = 'stream-busy';
  readonly streamId: string;
  readonly waitingMax: number;

  constructor(streamId: string, waitingMax: number) {
    super(`${streamId}: ${waitingMax} commands are waiting already`);
    this.name = 'StreamBusy';
    this.streamId = streamId;
    this.waitingMax = waitingMax;
  }
}

export const isInvalidEvent = (error: unknown): error is InvalidEvent => has(error, 'invalid-event');
export const isUnknownSchemaVersion = (error: unknown): error is UnknownSchemaVersion =>
  has(error, 'unknown-schema-version');
export const isInvalidAppend = (error: unknown): error is InvalidAppend => has(error, 'invalid-append');
export const isAppendTooLarge = (error: unknown): error is AppendTooLarge => has(error, 'append-too-large');
export const isConcurrencyConflict = (error: unknown): error is ConcurrencyConflict =>
  has(error, 'concurrency-conflict');
export const isExpectedVersionAhead = (error: unknown): error is ExpectedVersionAhead =>
  has(error, 'expected-version-ahead');
export const isAppendOutcomeUnknown = (error: unknown): error is AppendOutcomeUnknown =>
  has(error, 'append-outcome-unknown');
export const isStreamDiverged = (error: unknown): error is StreamDiverged => has(error, 'stream-diverged');
export const isStreamCorrupt = (error: unknown): error is StreamCorrupt => has(error, 'stream-corrupt');
export const isStreamBusy = (error: unknown): error is StreamBusy => has(error, 'stream-busy');
