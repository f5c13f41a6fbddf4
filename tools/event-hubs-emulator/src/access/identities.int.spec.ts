import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { setTimeout as pause } from 'node:timers/promises';
import { EventHubConsumerClient, EventHubProducerClient } from '@azure/event-hubs';
import type { ReceivedEventData } from '@azure/event-hubs';
import { createCertificate, devTokenCredential } from '@daybook/cosmos-emulator/shared';
import type { Certificate, DevIdentity, DevTokenCredential } from '@daybook/cosmos-emulator/shared';
import { DEFAULT_KEY } from '../connection-string.ts';
import type { EventHubsEmulator } from '../emulator.ts';
import { createEventHubsEmulator } from '../emulator.ts';
import { errorOf, numbered, receive, retryOptions } from '../test-support.ts';

const owner = 'f526a384-b230-433a-a5f7-c6cbd3c2e2c6';
const sender = '2b629674-e913-4c01-ae53-ef4638d8f975';
const receiver =
  '/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/A638D3C7-AB3A-418D-83E6-5F17A39D4FDE';
const namespaceId = '/subscriptions/s/resourceGroups/g/providers/Microsoft.EventHub/namespaces/n';

const assign = (principalId: string, roleDefinitionId: string, scope: string) => ({
  principalId,
  roleDefinitionId,
  scope,
});
const roleAssignments = [
  assign('sender', sender, '/eventhubs/Orders'),
  assign('receiver', receiver, `${namespaceId}/eventhubs/orders`),
  assign('one-group', receiver, '/eventhubs/orders/consumergroups/Projections'),
  assign('elsewhere', owner, '/eventhubs/others'),
  assign('owner', owner, namespaceId),
  assign('everywhere', sender, '/subscriptions/s/resourceGroups/g'),
];

const hour = 3_600_000;

/** The SDK (6.0.4) forgets to stop renewing the token of a link that it opens anew, and keeps the process from ending by that. */
function letProcessEnd(): void {
  const { setTimeout: original } = globalThis;
  jest.spyOn(globalThis, 'setTimeout').mockImplementation(((callback: () => void, ms?: number) => {
    const timer = original(callback, ms);
    return (ms ?? 0) > 60_000 ? timer.unref() : timer;
  }) as typeof setTimeout);
}

async function until(holds: () => boolean): Promise<void> {
  for (const endMs = Date.now() + 10_000; !holds(); await pause(20)) {
    if (Date.now() > endMs) throw new Error('it never came');
  }
}

/** Identities at the emulator over TLS, by the real SDK: what they may, what they may not, and for how long. */
describe('an identity', () => {
  let emulator: EventHubsEmulator;
  let namespace: string;
  let certificate: Certificate;
  const opened: { close(): Promise<void> }[] = [];
  const trustedBefore = getCACertificates('default');

  beforeAll(async () => {
    letProcessEnd();
    certificate = await createCertificate('127.0.0.1');
    setDefaultCACertificates([...trustedBefore, certificate.cert]);
    emulator = kept(
      createEventHubsEmulator({
        storage: ':memory:',
        hubs: ['orders', 'others'].map((name) => ({ name, partitions: 2, consumerGroups: ['projections'] })),
        roles: { roleAssignments },
      }),
    );
    namespace = (await emulator.listen({ certificate })).fullyQualifiedNamespace;
    const stocking = producer({ oid: 'owner' });
    await stocking.sendBatch(numbered(1), { partitionId: '0' });
  });
  afterAll(async () => {
    for (const each of opened.reverse()) await each.close();
    setDefaultCACertificates(trustedBefore);
    jest.restoreAllMocks();
  });

  type Who = DevIdentity | DevTokenCredential;
  const as = (who: Who): DevTokenCredential => ('oid' in who ? devTokenCredential({ key: DEFAULT_KEY, ...who }) : who);
  const kept = <C extends { close(): Promise<void> }>(client: C): C => {
    opened.push(client);
    return client;
  };
  const producer = (who: Who, hub = 'orders', maxRetries = 0) =>
    kept(new EventHubProducerClient(namespace, hub, as(who), { retryOptions: { ...retryOptions, maxRetries } }));
  const consumer = (who: Who, group = '$Default', maxRetries = 0) =>
    kept(
      new EventHubConsumerClient(group, namespace, 'orders', as(who), {
        retryOptions: { ...retryOptions, maxRetries },
      }),
    );

  const sending = (oid: string, options = {}) => producer({ oid }).sendBatch(numbered(1), options);
  const receiving = (oid: string, group = '$Default') => receive(consumer({ oid }, group), '0', 1);
  const looking = (oid: string) => producer({ oid }).getEventHubProperties();

  it('may send where it has the right to: to the hub, a partition, by a key', async () => {
    for (const oid of ['sender', 'owner', 'everywhere']) {
      await sending(oid);
      await sending(oid, { partitionId: '1' });
      await sending(oid, { partitionKey: 'k' });
    }
  });

  it('may receive where it has the right to', async () => {
    expect(await receiving('receiver')).not.toEqual([]);
    expect(await receiving('owner', 'projections')).not.toEqual([]);
    expect(await receiving('one-group', 'projections')).not.toEqual([]);
  });

  it('sees the properties of a hub with any right there', async () => {
    for (const oid of ['sender', 'receiver', 'one-group', 'owner']) {
      expect(await looking(oid)).toMatchObject({ name: 'orders', partitionIds: ['0', '1'] });
    }
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ['a receiver sends', () => sending('receiver'), "'Send' claim(s)"],
    ['a receiver sends to a partition', () => sending('receiver', { partitionId: '0' }), "'Send' claim(s)"],
    ['a sender receives', () => receiving('sender'), "'Listen' claim(s)"],
    ['it receives for another group', () => receiving('one-group'), "'Listen' claim(s)"],
    ['its right is for another hub', () => sending('elsewhere'), "'Send' claim(s)"],
    ['its right is for another hub, and it receives', () => receiving('elsewhere'), "'Listen' claim(s)"],
    ['its right is for another hub, and it looks', () => looking('elsewhere'), "'Send' or 'Listen' claim(s)"],
    ['it has no right at all', () => sending('stranger'), "'Send' claim(s)"],
    ['it has no right at all, and looks', () => looking('stranger'), "'Send' or 'Listen' claim(s)"],
  ])('is refused when %s', async (_what, attempt, words) => {
    const error = await errorOf(attempt());
    expect(error).toMatchObject({ code: 'UnauthorizedError', message: expect.stringContaining(words) });
    expect(error.message).toContain('Unauthorized access.');
  });

  const forAudience = (audience: string): DevTokenCredential => ({
    getToken: () => devTokenCredential({ oid: 'owner', key: DEFAULT_KEY }).getToken(`${audience}/.default`),
  });
  it.each<[string, Who, string]>([
    ['signed by somebody else', { oid: 'owner', key: 'another' }, 'InvalidSignature'],
    ['of another issuer', { oid: 'owner', issuer: 'https://sts.windows.net/other/' }, 'InvalidIssuer'],
    ['for another service', forAudience('https://storage.azure.com'), 'InvalidAudience'],
    ['that has expired', { oid: 'owner', now: () => Date.now() - 7_200_000 }, 'ExpiredToken'],
    ['that names nobody', { oid: '' }, 'MalformedToken'],
  ])('is not believed with a token %s', async (_what, who, words) => {
    const error = await errorOf(producer(who).sendBatch(numbered(1)));
    expect(error).toMatchObject({ code: 'UnauthorizedError', message: expect.stringContaining(words) });
  });

  it('is told to come again while the keys of the issuer cannot be had', async () => {
    const issuer = { issuer: 'https://sts.windows.net/tenant/', jwksUri: 'http://127.0.0.1:1/keys' };
    const other = kept(
      createEventHubsEmulator({ storage: ':memory:', hubs: [{ name: 'orders', partitions: 1 }], issuer }),
    );
    const { fullyQualifiedNamespace } = await other.listen({ certificate });
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = `${encode({ alg: 'ES256', kid: 'k' })}.${encode({ iss: issuer.issuer })}.c2ln`;
    const credential = { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + hour }) };
    const client = kept(
      new EventHubProducerClient(fullyQualifiedNamespace, 'orders', credential, {
        retryOptions: { ...retryOptions, maxRetries: 0 },
      }),
    );
    expect(await errorOf(client.getPartitionIds())).toMatchObject({ code: 'ServerBusyError' });
  });

  /** Tokens that are good for so long; the SDK is told that they are good for `toldMs`, and renews 2 minutes before. */
  const shortLived = (oid: string, lifetimeMs: number, toldMs: number) => {
    const asked: number[] = [];
    const credential: DevTokenCredential = {
      async getToken(scopes) {
        asked.push(Date.now());
        const { token } = await devTokenCredential({ oid, key: DEFAULT_KEY, lifetimeMs }).getToken(scopes);
        return { token, expiresOnTimestamp: Date.now() + toldMs };
      },
    };
    return { asked, credential };
  };
  it('loses its links when its token has expired, and gets them again with another', async () => {
    const sends = shortLived('sender', 2_000, hour);
    const receives = shortLived('receiver', 2_000, hour);
    const [sendingClient, receivingClient] = [
      producer(sends.credential, 'orders', 2),
      consumer(receives.credential, '$Default', 2),
    ];
    const events: ReceivedEventData[] = [];
    const errors: Error[] = [];
    const start = await sendingClient.getPartitionProperties('1');
    const subscription = receivingClient.subscribe(
      '1',
      {
        processEvents: async (batch) => void events.push(...batch),
        processError: async (error) => void errors.push(error),
      },
      { startPosition: { sequenceNumber: start.lastEnqueuedSequenceNumber }, maxWaitTimeInSeconds: 1 },
    );
    await sendingClient.sendBatch(numbered(1, 1), { partitionId: '1' });
    const askedAtFirst = [sends.asked.length, receives.asked.length];
    await pause(2_500);
    await sendingClient.sendBatch(numbered(1, 2), { partitionId: '1' });
    expect(await sendingClient.getPartitionIds()).toEqual(['0', '1']);
    await until(() => events.length === 2);
    expect(events.map(({ body }) => body as unknown)).toEqual([{ number: 1 }, { number: 2 }]);
    expect(errors).toEqual([]);
    expect(sends.asked.length).toBeGreaterThan(askedAtFirst[0] ?? 0);
    expect(receives.asked.length).toBeGreaterThan(askedAtFirst[1] ?? 0);
    await subscription.close();
  });

  it('keeps its links with a token that is renewed under way', async () => {
    // Told to be good for 2 minutes and a second, it is renewed after a second.
    const { asked, credential } = shortLived('receiver', 3_000, 121_000);
    const client = consumer(credential);
    const subscription = client.subscribe('0', { processEvents: async () => {}, processError: async () => {} });
    const attached = () =>
      emulator.lag()[0]?.partitions[0]?.consumers.filter((each) => each.consumerGroup === '$Default' && each.attached)
        .length ?? 0;
    await until(() => attached() > 0);
    const endMs = Date.now() + 3_500;
    let gone = 0;
    while (Date.now() < endMs) {
      if (attached() === 0) gone += 1;
      await pause(5);
    }
    expect(gone).toBe(0);
    expect(asked.length).toBeGreaterThanOrEqual(3);
    await subscription.close();
  });
});
