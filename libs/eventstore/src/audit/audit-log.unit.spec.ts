import { ContainerError, memoryContainer } from '@daybook/ports';
import { faultyContainer, instantRuntime, seededFaults } from '../test-support/fixtures.ts';
import { type AuditEntry, createAuditLog } from './audit-log.ts';

const runtime = instantRuntime();
const entry: AuditEntry = {
  action: 'events-read',
  streamId: 'order-1',
  actor: 'operator:ann',
  reason: 'complaint 77',
  traceId: 'a'.repeat(32),
  fromVersion: 1,
  toVersion: 3,
};
const auditContainer = () =>
  memoryContainer({ name: 'audit', runtime, partitionKey: ({ streamId }) => String(streamId) });
const all = async (container: ReturnType<typeof auditContainer>) =>
  (await container.query({ partitionKey: 'order-1', limit: 1_000 })).documents;

describe('Audit: the log', () => {
  it('keeps who did what, to which stream and versions, when, why, and in which trace', async () => {
    const container = auditContainer();
    const log = createAuditLog({ container, runtime });
    const record = await log.record(entry);
    expect(record).toEqual({ ...entry, id: expect.any(String), at: expect.stringMatching(/^2010-12-01T.*Z$/) });
    expect(await log.find('order-1', record.id)).toEqual(record);
    expect(await all(container)).toMatchObject([record]);
  });

  it('costs one round trip', async () => {
    let calls = 0;
    const counted = faultyContainer(auditContainer(), () => void (calls += 1));
    await createAuditLog({ container: counted, runtime }).record(entry);
    expect(calls).toBe(1);
  });

  it('makes a record with an id once, and gives the first one back', async () => {
    const container = auditContainer();
    const log = createAuditLog({ container, runtime });
    const first = await log.record({ ...entry, id: 'e1' });
    expect(await log.record({ ...entry, id: 'e1', actor: 'operator:bob' })).toEqual(first);
    expect(await all(container)).toHaveLength(1);
  });

  it('has each record exactly once, whatever answers are lost', async () => {
    const container = auditContainer();
    for (let seed = 1; seed <= 50; seed += 1) {
      const retry = { attemptsMax: 100, budgetMs: 60_000 };
      const log = createAuditLog({ container: faultyContainer(container, seededFaults(seed, 0.5)), runtime, retry });
      await log.record(entry);
    }
    expect(await all(container)).toHaveLength(50);
  });

  it.each(['unavailable', 'forbidden', 'outcome-unknown'] as const)('says so when it cannot: %s', async (code) => {
    const container = {
      ...auditContainer(),
      name: 'audit',
      batch: () => Promise.reject(new ContainerError(code, 'audit', 'no')),
    };
    const recording = createAuditLog({ container, runtime }).record(entry);
    await expect(recording).rejects.toMatchObject({ code: 'audit-unavailable', action: 'events-read' });
  });
});
