import type { Message } from 'rhea';
import rhea from 'rhea';
import type { Access } from '../access/access.ts';
import type { Hub, Namespace } from '../log/namespace.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import type { ClientConnection } from './client-connection.ts';
import { findPartition } from './paths.ts';
import { isRefusal, refusals } from './refusals.ts';
import type { Reply, ReplyBody } from './replies.ts';
import { refusedReply } from './replies.ts';

const HUB_TYPE = 'com.microsoft:eventhub';
const PARTITION_TYPE = 'com.microsoft:partition';

/** Answers `READ` on `$management`: the properties of a hub or of one of its partitions. */
export function answerManagement(
  request: Message,
  client: ClientConnection,
  namespace: Namespace,
  access: Access | undefined,
  nowMs: number,
): Reply {
  const properties = request.application_properties ?? {};
  const { operation, type } = properties;
  const name = String(properties['name'] ?? '');
  if (operation !== 'READ' || (type !== HUB_TYPE && type !== PARTITION_TYPE)) {
    return refusedReply(refusals.notImplemented(`Operation '${operation}' of type '${type}' is not supported`));
  }
  const hub = namespace.findHub(name);
  if (hub === undefined) return refusedReply(refusals.entityNotFound(name));
  const grants = client.grantsFor(`${name}/$management`, nowMs);
  if (access !== undefined && grants.length === 0) {
    return refusedReply(refusals.unauthorized(`No valid token was shown for '${name}/$management'.`));
  }
  if (access?.shows(grants, name) === false) {
    return refusedReply(refusals.claimsRequired("'Send' or 'Listen'", `${name}/$management`));
  }
  if (type === HUB_TYPE) return { status: 200, description: 'OK', body: describeHub(hub) };
  const partition = findPartition(hub, String(properties['partition']));
  if (isRefusal(partition)) return refusedReply(partition);
  return { status: 200, description: 'OK', body: describePartition(hub, partition) };
}

const { wrap_array: wrapArray, wrap_int: wrapInt, wrap_long: wrapLong, wrap_timestamp: wrapTimestamp } = rhea.types;

/** Type code of an AMQP string with a 32-bit length. */
const STRING_32 = 0xb1;

function describeHub(hub: Hub): ReplyBody {
  const partitionIds = hub.partitions.map((partition) => String(partition.number));
  return {
    name: hub.name,
    type: HUB_TYPE,
    created_at: wrapTimestamp(hub.createdMs),
    partition_count: wrapInt(hub.partitions.length),
    partition_ids: wrapArray(partitionIds, STRING_32, undefined),
    georeplication_factor: wrapInt(1),
  };
}

function describePartition(hub: Hub, partition: PartitionLog): ReplyBody {
  const tail = partition.tail();
  return {
    name: hub.name,
    type: PARTITION_TYPE,
    partition: String(partition.number),
    begin_sequence_number: wrapLong(0),
    last_enqueued_sequence_number: wrapLong(tail.sequenceNumber),
    last_enqueued_offset: String(tail.offset),
    last_enqueued_time_utc: wrapTimestamp(tail.enqueuedMs),
    is_partition_empty: tail.sequenceNumber < 0,
  };
}
