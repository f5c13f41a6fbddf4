import type { EventContext } from 'rhea';
import rhea from 'rhea';
import type { Started } from '../test-support.ts';
import { receive, startEmulator } from '../test-support.ts';

/** What the SDK never does, but other clients may. */
describe('plain AMQP clients', () => {
  let started: Started;
  let port: number;
  beforeEach(async () => {
    started = await startEmulator({ checkTokens: false });
    port = Number(new URL(started.connectionString.slice('Endpoint='.length).split(';')[0] ?? '').port);
  });
  afterEach(() => started.stop());

  function connect() {
    const connection = rhea.create_container().connect({ host: '127.0.0.1', port, username: 'any', reconnect: false });
    connection.on('disconnected', () => undefined);
    connection.on('sender_error', () => undefined);
    connection.on('receiver_error', () => undefined);
    return connection;
  }

  it('may send a message of the plain format', async () => {
    const connection = connect();
    const accepted = new Promise((resolve) => connection.once('accepted', resolve));
    const sender = connection.open_sender('orders/Partitions/0');
    sender.once('sendable', () =>
      sender.send({ body: 'plain', message_id: 'm', message_annotations: { 'x-opt-partition-key': 'k' } }),
    );
    await accepted;
    connection.close();
    const [event] = await receive(started.consumer(), '0', 1);
    expect(event).toMatchObject({ body: 'plain', messageId: 'm', partitionKey: 'k' });
  });

  it.each([
    ['say where they send from, and are told so in the answer', { address: 'me' }, 'me'],
    ['that do not say where they send from are answered with a source all the same', undefined, ''],
  ])('%s', async (_, source, address) => {
    const connection = connect();
    const opened = new Promise<EventContext>((resolve) => connection.once('sender_open', resolve));
    connection.open_sender({ target: { address: 'orders' }, ...(source === undefined ? {} : { source }) });
    const { sender } = await opened;
    expect(sender?.source).toMatchObject({ address });
    connection.close();
  });

  it('are told what is wrong with a batch that cannot be read', async () => {
    const connection = connect();
    const rejected = new Promise<EventContext>((resolve) => connection.once('rejected', resolve));
    const sender = connection.open_sender('orders/Partitions/0');
    sender.once('sendable', () => sender.send(Buffer.from([1, 2, 3]), undefined, 0x80013700));
    const { delivery } = await rejected;
    expect(delivery?.remote_state).toMatchObject({ error: { condition: 'amqp:decode-error' } });
    connection.close();
  });

  it('may not use a filter that is not supported', async () => {
    const connection = connect();
    const refused = new Promise<EventContext>((resolve) => connection.once('receiver_close', resolve));
    connection.open_receiver({
      source: {
        address: 'orders/ConsumerGroups/$Default/Partitions/0',
        filter: rhea.filter.selector("colour = 'green'"),
      },
    });
    const { receiver } = await refused;
    expect(receiver?.error).toMatchObject({ condition: 'amqp:not-implemented' });
    connection.close();
  });
});

it('does not let a client attach that showed no token', async () => {
  const started = await startEmulator();
  const port = Number(/:(\d+);/.exec(started.connectionString)?.[1]);
  const connection = rhea.create_container().connect({ host: '127.0.0.1', port, username: 'any', reconnect: false });
  connection.on('disconnected', () => undefined);
  connection.on('sender_error', () => undefined);
  const refused = new Promise<EventContext>((resolve) => connection.once('sender_close', resolve));
  connection.open_sender('orders');
  const { sender } = await refused;
  expect(sender?.error).toMatchObject({ condition: 'amqp:unauthorized-access' });
  connection.close();
  await started.stop();
});
