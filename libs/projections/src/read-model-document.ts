import type { Document } from '@daybook/ports';
import type { Scanned } from './build.ts';
import { ProjectionError, type ReadModelFields } from './projection.ts';

/** As stored: the state's fields beside these. */
export interface ReadModelDocument extends Document, ReadModelFields {
  readonly [field: string]: unknown;
  /** True where `project` gave `undefined`: only the version is kept. Always present, because queries filter on it. */
  readonly hidden: boolean;
}

const ownFields: ReadonlySet<string> = new Set(['id', 'readModel', 'streamId', 'streamVersion', 'hidden']);

export function toDocument(fields: ReadModelFields, state: object | undefined): ReadModelDocument {
  for (const field of Object.keys(state ?? {})) {
    if (ownFields.has(field) || field.startsWith('_')) {
      throw new ProjectionError(
        'reserved-field',
        fields.readModel,
        `the state may not have a field ${field}: rename it`,
      );
    }
  }
  return { ...state, ...fields, hidden: state === undefined };
}

export function toState<State extends object>(document: ReadModelDocument): State | undefined {
  return document.hidden ? undefined : (without(document, (field) => ownFields.has(field)) as State);
}

/** What clients of a list are given: everything but `hidden` and the database's own fields. */
export function toItem<Item extends object>(document: ReadModelDocument): Item | undefined {
  return document.hidden ? undefined : (without(document, (field) => field === 'hidden') as Item);
}

/** What is the same in every build: the state and the version. */
export function toScanned(document: ReadModelDocument): Scanned {
  const state = without(document, (field) => ownFields.has(field)) as Scanned['document'];
  return { key: document.streamId, streamVersion: document.streamVersion, document: state };
}

function without(document: ReadModelDocument, isLeftOut: (field: string) => boolean): object {
  return Object.fromEntries(Object.entries(document).filter(([field]) => !isLeftOut(field) && !field.startsWith('_')));
}
