import type { Container } from '@daybook/ports';
import type { StoredEvent } from '../stored-event.ts';
import type { PersonalData } from './personal-data.ts';

export interface SubjectStreams {
  /** Streams with personal data of the subject: the first 5,000 that were found. */
  readonly streams: readonly string[];
  /** How many there are in all. */
  readonly streamCount: number;
}

/** The receipt is one document, and a document has at most 2 MB. */
export const streamsPerReceiptMax = 5_000;

const pageSize = 200;

/**
 * Asks the events themselves, by the fields that name the subjects, so nothing has to be kept up to date when they are written. Those
 * fields are to be indexed: without that it is a scan.
 */
export async function subjectStreams(
  events: Container<StoredEvent>,
  personal: PersonalData,
  subject: string,
  eachStream: (streamId: string) => Promise<void>,
): Promise<SubjectStreams> {
  const found = new Set<string>();
  for (const { type, path } of subjectFields(personal)) {
    let continuation: string | undefined;
    do {
      const page = await events.query({
        where: [
          { field: `data.${path}`, op: '=', value: subject },
          { field: 'type', op: '=', value: type },
        ],
        limit: pageSize,
        ...(continuation === undefined ? {} : { continuation }),
      });
      for (const { streamId } of page.documents) {
        if (found.has(streamId)) continue;
        found.add(streamId);
        await eachStream(streamId);
      }
      continuation = page.continuation;
    } while (continuation !== undefined);
  }
  return { streams: [...found].slice(0, streamsPerReceiptMax).sort(), streamCount: found.size };
}

function subjectFields(personal: PersonalData): { readonly type: string; readonly path: string }[] {
  return Object.entries(personal).flatMap(([type, fields]) =>
    [...new Set(fields.map(({ subject }) => subject))].map((path) => ({ type, path })),
  );
}
