import {
  type AuditLog,
  createErasure,
  createSubjectKeys,
  type DerivedData,
  type DomainEvent,
  type Erasure,
  type EventCodec,
  type PersonalData,
  type PersonalDataReader,
  protectedCodec,
  type StoredEvent,
} from '@daybook/eventstore';
import type { Container, KeyWrapper, Runtime } from '@daybook/ports';

/** What a service with personal data in its events works with. */
export interface ServicePersonalData {
  /** The codec that encrypts them. What it decodes has them withheld, so that no state, snapshot or read model holds them. */
  protect<E extends DomainEvent>(codec: EventCodec<E>): EventCodec<E>;
  /** Opens them, for people whose reading is on record. */
  readonly reader: PersonalDataReader;
  readonly erase: Erasure;
}

export interface ServicePersonalDataOptions {
  readonly personal: PersonalData;
  /** The service's read models and snapshots, for the receipts of erasures. */
  readonly derived: readonly DerivedData[];
  readonly events: Container<StoredEvent>;
  readonly subjectKeys: Container;
  readonly wrapper: KeyWrapper;
  readonly audit: AuditLog;
  readonly runtime: Runtime;
  readonly keyBackupDays: number;
}

export function openPersonalData(options: ServicePersonalDataOptions): ServicePersonalData {
  const { personal, derived, events, subjectKeys, wrapper, audit, runtime, keyBackupDays } = options;
  const keys = createSubjectKeys({ container: subjectKeys, wrapper, runtime });
  return {
    protect: (codec) => protectedCodec(codec, { personal, keys }),
    reader: { personal, keys },
    erase: createErasure({ keys, events, personal, audit, derived, keyBackupDays }),
  };
}
