import { EventHubBufferedProducerClient } from '@azure/event-hubs';
import { partitionOfKey } from './partition-key.ts';
import type { Started } from './test-support.ts';
import { errorOf, numbered, receive, retryOptions, startEmulator } from './test-support.ts';

describe('what the emulator refuses and takes, as the Event Hubs SDK reports it', () => {
  let started: Started;
  beforeAll(async () => {
    started = await startEmulator();
  });
  afterAll(() => started.stop());

  it('does not know a hub', async () => {
    const expected = { code: 'MessagingEntityNotFoundError' };
    expect(await errorOf(started.producer('nothing').getEventHubProperties())).toMatchObject(expected);
    expect(await errorOf(started.producer('nothing').createBatch())).toMatchObject(expected);
    expect(await errorOf(started.producer('nothing').sendBatch(numbered(1)))).toMatchObject(expected);
    expect(await errorOf(receive(started.consumer('nothing'), '0', 1))).toMatchObject(expected);
  });

  it('does not know a consumer group', async () => {
    const error = await errorOf(receive(started.consumer('orders', 'nothing'), '0', 1));
    expect(error).toMatchObject({ code: 'MessagingEntityNotFoundError' });
  });

  it('does not let a wrong key in', async () => {
    const connection = started.connectionString.replace('SAS_KEY_VALUE', 'another');
    const error = await errorOf(started.producer('orders', connection).getEventHubProperties());
    expect(error).toMatchObject({ code: 'UnauthorizedError' });
    expect(error.message).toContain('invalid signature');
  });

  it('does not have partition 99', async () => {
    const expected = { code: 'ArgumentOutOfRangeError' };
    expect(await errorOf(started.producer().getPartitionProperties('99'))).toMatchObject(expected);
    expect(await errorOf(started.producer().createBatch({ partitionId: '99' }))).toMatchObject(expected);
    expect(await errorOf(started.producer().sendBatch(numbered(1), { partitionId: '99' }))).toMatchObject(expected);
    expect(await errorOf(receive(started.consumer(), '99', 1))).toMatchObject(expected);
  });

  it('refuses what is too large, and the link stays usable', async () => {
    const producer = started.producer();
    const large = [{ body: 'x'.repeat(2 * 1024 * 1024) }];
    const error = await errorOf(producer.sendBatch(large, { partitionId: '0' }));
    expect(error).toMatchObject({ code: 'MessageTooLargeError' });
    expect(error.message).toContain('exceeds the limit (1048576 bytes) currently allowed on the link');
    await producer.sendBatch(numbered(1), { partitionId: '0' });
    expect(await receive(started.consumer(), '0', 1)).toHaveLength(1);
    expect((await producer.createBatch()).maxSizeInBytes).toBe(1_048_576);
  });

  it('refuses positions beyond the end', async () => {
    await started.producer().sendBatch(numbered(3), { partitionId: '1' });
    const sequence = await errorOf(receive(started.consumer(), '1', 1, { sequenceNumber: 71_181 }));
    expect(sequence).toMatchObject({ code: 'ArgumentError' });
    expect(sequence.message).toContain(
      "The supplied sequence number '71181' is invalid. The last sequence number in the system is '2'",
    );
    const offset = await errorOf(receive(started.consumer(), '1', 1, { offset: '999999' }));
    expect(offset).toMatchObject({ code: 'ArgumentError' });
    expect(offset.message).toMatch(/The supplied offset '999999' is invalid. The last offset in the system is '\d+'/);
    const onEmpty = await errorOf(receive(started.consumer(), '3', 1, { offset: '500' }));
    expect(onEmpty.message).toContain("The last offset in the system is '-1'");
  });

  it('refuses an idempotent producer instead of ignoring what it asks for', async () => {
    const refused = Promise.withResolvers<Error>();
    const client = new EventHubBufferedProducerClient(started.connectionString, 'orders', {
      onSendEventsErrorHandler: async ({ error }) => refused.resolve(error),
      enableIdempotentRetries: true,
      retryOptions,
    });
    endSoonAfterClose(client);
    await client.enqueueEvent({ body: 1 });
    expect((await refused.promise).message).toContain('set enableIdempotentRetries to false');
    await client.close({ flush: false });
  });

  it('takes events of a buffered producer, and computes the same partition for a key', async () => {
    const partitions: string[] = [];
    const client = new EventHubBufferedProducerClient(started.connectionString, 'orders', {
      onSendEventsErrorHandler: async () => undefined,
      onSendEventsSuccessHandler: async ({ partitionId }) => void partitions.push(partitionId),
      maxWaitTimeInMs: 10,
      retryOptions,
    });
    endSoonAfterClose(client);
    const keys = ['a', 'order-1', 'order-12', 'order-1234567', 'order-12345678901234567890', 'ключ'];
    for (const partitionKey of keys) {
      await client.enqueueEvent({ body: partitionKey }, { partitionKey });
      await client.flush();
    }
    await client.close();
    expect(partitions).toEqual(keys.map((key) => String(partitionOfKey(key, 4))));
  });
});

describe('a server that does not check tokens', () => {
  it('lets every key in', async () => {
    const started = await startEmulator({ checkTokens: false });
    const connection = started.connectionString.replace('SAS_KEY_VALUE', 'another');
    await started.producer('orders', connection).sendBatch(numbered(1));
    await started.stop();
  });
});

/** A buffered producer looks after its partitions every 10 s, and keeps the process from ending until then. */
function endSoonAfterClose(client: EventHubBufferedProducerClient): void {
  Object.assign(client, { _backgroundManagementInterval: 1000 });
}
