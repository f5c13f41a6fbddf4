import { createAuditLog } from '@daybook/eventstore';
import { type ContainerCall, type Fault, memoryContainer, virtualRuntime } from '@daybook/ports';
import { deadLetterOperations } from './dead-letter-operations.ts';
import { createDeadLetters } from './dead-letters.ts';
import { nameOf, received } from './test-support/consumer-world.ts';

const consumer = 'commands';
const action = { actor: 'operator:ada', reason: 'the defect is mended', traceId: 'f'.repeat(32) };

async function createWorld(auditFaults?: (call: ContainerCall) => Fault | undefined) {
  const runtime = virtualRuntime({ seed: 1 });
  const letters = memoryContainer({ name: 'letters', runtime, partitionKey: ({ partition }) => String(partition) });
  const records = memoryContainer({
    ...{ name: 'audit', runtime, partitionKey: (document) => String(document['streamId']) },
    faults: (call) => auditFaults?.(call),
  });
  const deadLetters = createDeadLetters({ container: letters, runtime });
  const unrecorded: unknown[] = [];
  const operations = deadLetterOperations({
    deadLetters,
    audit: createAuditLog({ container: records, runtime, retry: { attemptsMax: 1 } }),
    onUnrecorded: (error) => unrecorded.push(error),
  });
  for (const [n, id] of ['a1', 'a2', 'b1'].entries())
    await deadLetters.park(consumer, received(id, n), new Error('x'), 5);
  const handled: string[] = [];
  const handle = async (message: { id: string }): Promise<void> => void handled.push(nameOf(message));
  const onRecord = async () => {
    const { documents } = await records.query({ limit: 100 });
    return documents.map(({ action: what, actor, reason, traceId, details }) => ({
      what,
      actor,
      reason,
      traceId,
      details,
    }));
  };
  const [group] = (await deadLetters.groups(consumer)).groups;
  return { deadLetters, operations, handled, handle, onRecord, unrecorded, fingerprint: group?.fingerprint ?? '' };
}

const by = { actor: action.actor, reason: action.reason, traceId: action.traceId };

describe('a replay', () => {
  it('of a key is on record with who did it, why, and how it ended', async () => {
    const world = await createWorld();
    const report = await world.operations.replay(consumer, { key: 'a' }, action, world.handle);
    expect(report).toEqual({ replayed: 2, unblocked: true, stoppedAt: [], more: false });
    expect(world.handled).toEqual(['a1', 'a2']);
    expect(await world.onRecord()).toEqual([
      { what: 'dead-letters-replayed', ...by, details: { key: 'a' } },
      { what: 'dead-letters-replayed', ...by, details: { key: 'a', replayed: 2, unblocked: true, stopped: 0 } },
    ]);
  });

  it('by fingerprint is, too', async () => {
    const world = await createWorld();
    const { fingerprint } = world;
    const report = await world.operations.replay(consumer, { fingerprint }, action, world.handle);
    expect(report).toEqual({ replayed: 3, unblocked: true, stoppedAt: [], more: false });
    expect((await world.onRecord())[1]?.details).toEqual({ fingerprint, replayed: 3, unblocked: true, stopped: 0 });
  });

  it('does not happen where it cannot be recorded', async () => {
    const world = await createWorld(() => 'before');
    const replay = world.operations.replay(consumer, { key: 'a' }, action, world.handle);
    await expect(replay).rejects.toMatchObject({ code: 'audit-unavailable' });
    expect(world.handled).toEqual([]);
  });

  it('that was done is answered even where its outcome cannot be recorded', async () => {
    let calls = 0;
    const world = await createWorld(({ kind }) => (kind === 'batch' && (calls += 1) > 1 ? 'before' : undefined));
    const report = await world.operations.replay(consumer, { key: 'a' }, action, world.handle);
    expect(report).toMatchObject({ replayed: 2 });
    expect(world.unrecorded).toMatchObject([{ code: 'audit-unavailable' }]);
  });
});

describe('a discard', () => {
  it.each([
    ['a message', { key: 'a', messageId: 'a1/1' }, { discarded: ['a1/1'], unblocked: false }],
    ['a key', { key: 'a' }, { discarded: ['a1/1', 'a2/1'], unblocked: true }],
  ])('of %s is on record with what is gone', async (_name, selection, outcome) => {
    const world = await createWorld();
    expect(await world.operations.discard(consumer, selection, action)).toEqual({ ...outcome, more: false });
    expect(await world.onRecord()).toEqual([
      { what: 'dead-letters-discarded', ...by, details: selection },
      { what: 'dead-letters-discarded', ...by, details: { ...selection, ...outcome, count: outcome.discarded.length } },
    ]);
  });

  it('by fingerprint removes all of a kind', async () => {
    const world = await createWorld();
    const report = await world.operations.discard(consumer, { fingerprint: world.fingerprint }, action);
    expect(report).toMatchObject({ unblocked: true, more: false });
    expect((await world.deadLetters.list(consumer)).messages).toEqual([]);
  });
});
