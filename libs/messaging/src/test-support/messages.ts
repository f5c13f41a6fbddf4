import type { CloudEvent } from '@daybook/contracts';
import type { StoredEvent } from '@daybook/eventstore';
import { commandMessage } from '../cloud-event.ts';

const traceparent = '00-00000000000000000000000000000001-0000000000000001-01';

/** A command to `target`; message id `<intentKey>/<attempt>`. */
export function command(fields: {
  readonly intentKey: string;
  readonly attempt?: number;
  readonly target: string;
  readonly type?: string;
  readonly data?: CloudEvent['data'];
}): CloudEvent {
  const { intentKey, attempt = 1, target, type = 'Count', data = {} } = fields;
  return commandMessage({
    messageId: `${intentKey}/${attempt}`,
    intentKey,
    service: 'fulfilment',
    type,
    target,
    data,
    time: '2010-12-01T08:26:00.000Z',
    correlationId: 'correlation',
    causationId: 'causation',
    actor: 'service:fulfilment',
    traceparent,
  });
}

/** An event as the relay reads it, with what the relay looks at. */
export function storedEvent(streamId: string, version: number, commandKey = 'http:1'): StoredEvent {
  return {
    id: String(version),
    streamId,
    version,
    eventId: `${streamId}/${version}`,
    type: 'Counted',
    schemaVersion: 1,
    recordedAt: '2010-12-01T08:26:00.000Z',
    data: { by: version },
    metadata: { commandKey, correlationId: 'correlation', causationId: 'causation', actor: 'a', traceparent },
    dedup: `${commandKey}#0`,
    previousHash: '',
    hash: '',
  };
}
