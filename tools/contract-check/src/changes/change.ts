/**
 * What a change means for those who are there already.
 * - `compatible`: whoever holds to the last release goes on as before. A minor version says that something was added.
 * - `breaking`: some of them have to change first. A major version says so.
 * - `forbidden`: no version makes it right.
 */
export type ChangeKind = 'compatible' | 'breaking' | 'forbidden';

/** One difference between a producer's contract and its last release. */
export interface Change {
  readonly kind: ChangeKind;
  readonly document: 'openapi' | 'asyncapi';
  /** Where in the document: `POST /v1/orders body lines[].quantity`. */
  readonly path: string;
  /** What has become of it: `is required now`. */
  readonly what: string;
  /** What to do about one that is not compatible. */
  readonly remedy?: string;
}

/** Whether a producer gives it, and others read it, or takes what others send. */
export type Direction = 'given' | 'taken';

/** All differences are in one document, and begin at one place in it. */
export type Place = Pick<Change, 'document' | 'path'>;

export const within = (place: Place, ...names: readonly string[]): Place => ({
  document: place.document,
  path: [place.path, ...names].filter((name) => name !== '').join(' '),
});
