import type { Place } from './sealed-value.ts';

export type PersonalDataErrorCode =
  'personal-data-corrupt' | 'personal-data-unprepared' | 'subject-key-unavailable' | 'subject-keys-too-many';

function has(error: unknown, code: PersonalDataErrorCode): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** A stored personal value does not open with its key: it was changed or moved. Verify the stream. */
export class PersonalDataCorrupt extends Error {
  readonly code = 'personal-data-corrupt';
  readonly streamId: string;
  readonly path: string;

  constructor({ streamId, eventType, path }: Place, cause: unknown) {
    super(`${streamId}: ${path} of an ${eventType} is not what was encrypted there`, { cause });
    this.name = 'PersonalDataCorrupt';
    this.streamId = streamId;
    this.path = path;
  }
}

export const isPersonalDataCorrupt = (error: unknown): error is PersonalDataCorrupt =>
  has(error, 'personal-data-corrupt');

/** An event with personal data was to be encoded, or its data to be opened, without the hook that fetches the keys. A bug of the caller. */
export class PersonalDataUnprepared extends Error {
  readonly code = 'personal-data-unprepared';

  constructor(eventType: string, path: string, remedy: string) {
    super(`${path} of an ${eventType} is personal data: ${remedy}`);
    this.name = 'PersonalDataUnprepared';
  }
}

export const isPersonalDataUnprepared = (error: unknown): error is PersonalDataUnprepared =>
  has(error, 'personal-data-unprepared');

/** There is no such key, and nobody erased it: the container of keys was lost or restored to an older state. */
export class SubjectKeyUnavailable extends Error {
  readonly code = 'subject-key-unavailable';
  readonly kid: string;

  constructor(kid: string, reason: string, cause?: unknown) {
    super(`subject key ${kid}: ${reason}`, { cause });
    this.name = 'SubjectKeyUnavailable';
    this.kid = kid;
  }
}

export const isSubjectKeyUnavailable = (error: unknown): error is SubjectKeyUnavailable =>
  has(error, 'subject-key-unavailable');

/** A subject was erased and written again too often. */
export class SubjectKeysTooMany extends Error {
  readonly code = 'subject-keys-too-many';

  constructor(subject: string, keysMax: number) {
    super(`${subject} has had ${keysMax} keys: use another subject id for this person`);
    this.name = 'SubjectKeysTooMany';
  }
}
