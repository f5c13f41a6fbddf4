import type { StoredEvent } from '../stored-event.ts';
import { sealedIn, withValueAt } from './field-paths.ts';
import { erasedValue, openValue, withheldValue } from './sealed-value.ts';
import type { PersonalData } from './personal-data.ts';
import type { SubjectKeys } from './subject-key.ts';

type Data = StoredEvent['data'];

/** Who may open personal data, and what of the events is that. */
export interface PersonalDataReader {
  readonly personal: PersonalData;
  readonly keys: Pick<SubjectKeys, 'forReading'>;
}

/**
 * Events with their personal data opened, for those who may see them; what is erased reads `{ erased: true }`. Everything else of the
 * events stays as it is stored, so their hashes are those of the stored form.
 *
 * @throws PersonalDataCorrupt, SubjectKeyUnavailable
 */
export async function openEvents<T extends StoredEvent>(
  events: readonly T[],
  { personal, keys }: PersonalDataReader,
): Promise<readonly T[]> {
  const found = events.map(({ type, data }) => (Object.hasOwn(personal, type) ? sealedIn(data) : []));
  const kids = [...new Set(found.flatMap((values) => values.map(({ sealed }) => sealed.kid)))];
  const known = new Map(await Promise.all(kids.map(async (kid) => [kid, await keys.forReading(kid)] as const)));
  return events.map((event, index) => {
    const { streamId, type: eventType } = event;
    const data = (found[index] ?? []).reduce<Data>((opened, { path, sealed }) => {
      const key = known.get(sealed.kid);
      const value = key === undefined ? erasedValue : openValue(sealed, key, { streamId, eventType, path });
      return withValueAt(opened, path, value);
    }, event.data);
    return data === event.data ? event : { ...event, data };
  });
}

/** Events for those who may not see personal data. */
export function withholdPersonalData<T extends StoredEvent>(
  events: readonly T[],
  personal: PersonalData,
): readonly T[] {
  return events.map((event) =>
    Object.hasOwn(personal, event.type) ? { ...event, data: withheldData(event.data) } : event,
  );
}

/** The data for those who may not see personal data. */
export function withheldData(data: Data): Data {
  return sealedIn(data).reduce((left, { path }) => withValueAt(left, path, withheldValue), data);
}
