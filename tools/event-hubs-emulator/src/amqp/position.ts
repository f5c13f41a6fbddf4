import type { PartitionLog } from '../log/partition-log.ts';
import type { Refusal } from './refusals.ts';
import { refusals } from './refusals.ts';

const filterPattern = /^amqp\.annotation\.x-opt-(offset|sequence-number|enqueued-time(?:-utc)?) *(>=?) *'([^']*)'$/;

/**
 * The first sequence number a receiver gets, from the text of its filter; without a filter it starts at the beginning.
 * A position beyond the end is refused: it belongs to a checkpoint of other data.
 */
export function resolvePosition(partition: PartitionLog, filter: string | undefined): number | Refusal {
  if (filter === undefined) return 0;
  const [, field, operator, value] = filterPattern.exec(filter) ?? [];
  if (field === undefined || value === undefined) {
    return refusals.argument(
      `The filter "${filter}" is not supported; use a comparison of offset, sequence number or enqueued time`,
    );
  }
  const inclusive = operator === '>=';
  if (field === 'offset') return fromOffset(partition, value, inclusive);
  if (field === 'sequence-number') return fromSequenceNumber(partition, value, inclusive);
  return fromTime(partition, value, inclusive);
}

function fromOffset(partition: PartitionLog, value: string, inclusive: boolean): number | Refusal {
  const tail = partition.tail();
  if (value === '-1') return 0;
  // Inclusive latest is the last event itself, as in Azure.
  if (value === '@latest') return inclusive ? Math.max(tail.sequenceNumber, 0) : tail.sequenceNumber + 1;
  const offset = asWholeNumber(value);
  if (offset === undefined || offset > tail.offset) return refusals.positionBeyondEnd('offset', value, tail.offset);
  return partition.firstWhere((place) => (inclusive ? place.offset >= offset : place.offset > offset));
}

function fromSequenceNumber(partition: PartitionLog, value: string, inclusive: boolean): number | Refusal {
  const last = partition.tail().sequenceNumber;
  if (value === '-1') return 0;
  const sequenceNumber = asWholeNumber(value);
  if (sequenceNumber === undefined || sequenceNumber > last) {
    return refusals.positionBeyondEnd('sequence number', value, last);
  }
  return inclusive ? sequenceNumber : sequenceNumber + 1;
}

function fromTime(partition: PartitionLog, value: string, inclusive: boolean): number | Refusal {
  const timeMs = asWholeNumber(value);
  if (timeMs === undefined) return refusals.argument(`The supplied enqueued time '${value}' is invalid.`);
  return partition.firstWhere((place) => (inclusive ? place.enqueuedMs >= timeMs : place.enqueuedMs > timeMs));
}

const asWholeNumber = (text: string): number | undefined => (/^\d{1,15}$/.test(text) ? Number(text) : undefined);
