import type { Container } from '@azure/cosmos';
import { attacks } from './attacks.ts';

/** A container of events (partition key `/streamId`), opened as an identity that may write events. */
export interface ImmutabilityTarget {
  readonly container: Container;
  /** A stream of its own for this run. It stays: nothing here can remove it. */
  readonly streamId: string;
  /** Lets time pass: waits, or moves the clock of an emulator. */
  elapse(milliseconds: number): Promise<void>;
  close(): Promise<void>;
}

interface Failure {
  readonly code?: unknown;
  readonly cause?: unknown;
}

/** The status of a refusal; undefined when the attack went through. A refused batch is wrapped, or answers 207. */
async function refusalOf(attempt: Promise<unknown>): Promise<unknown> {
  try {
    const { result } = ((await attempt) ?? {}) as { result?: readonly { readonly statusCode?: number }[] };
    if (!Array.isArray(result)) return undefined;
    return result.map(({ statusCode = 0 }) => statusCode).find((status) => status >= 400 && status !== 424);
  } catch (error) {
    const { code, cause } = error as Failure;
    return typeof code === 'number' ? code : ((cause as Failure | undefined)?.code ?? error);
  }
}

const event = (streamId: string, version: number): { readonly id: string } & Readonly<Record<string, unknown>> => ({
  id: String(version),
  streamId,
  version,
  type: 'Counted',
  data: { by: version },
  dedup: `command-${version}#0`,
});

/** Everything that is stored of a stream, system properties included, by point reads and by query. */
async function everyByte(container: Container, streamId: string): Promise<readonly string[]> {
  const query = { query: 'SELECT * FROM c ORDER BY c.version', parameters: [] };
  const { resources } = await container.items.query<{ id: string }>(query, { partitionKey: streamId }).fetchAll();
  const read = await Promise.all(resources.map(({ id }) => container.item(id, streamId).read()));
  return [...resources, ...read.map(({ resource }) => resource)].map((stored) => JSON.stringify(stored));
}

/**
 * Attacks a stream as the identity that wrote it, in every way that the protocol has: each attack has to be refused with 403,
 * and afterwards every byte, etag and timestamp has to be what it was. Call it in a spec.
 */
export function immutabilitySuite(name: string, connect: () => Promise<ImmutabilityTarget>): void {
  describe(`Immutability on ${name}`, () => {
    let target: ImmutabilityTarget;
    let before: readonly string[];

    beforeAll(async () => {
      target = await connect();
      const { container, streamId } = target;
      await container.items.create(event(streamId, 1));
      await container.items.create({ ...event(streamId, 2), ttl: 1 });
      await container.items.create(event(streamId, 3));
      before = await everyByte(container, streamId);
    });
    afterAll(async () => target?.close());
    const unchanged = async (): Promise<void> => {
      expect(await everyByte(target.container, target.streamId)).toEqual(before);
    };

    it.each(attacks.map((attack) => [attack.name, attack] as const))('refuses %s', async (attackName, attack) => {
      const status = await refusalOf(attack.run(target));
      // Accounts without the preview of partition deletes do not know the request at all.
      expect(attackName.includes('whole partition') && status === 400 ? 403 : status).toBe(403);
      await unchanged();
    });

    it('refuses a second event with the same version, or the same command key', async () => {
      const { container, streamId } = target;
      expect(await refusalOf(container.items.create({ ...event(streamId, 1), dedup: 'other#0' }))).toBe(409);
      expect(await refusalOf(container.items.create({ ...event(streamId, 4), dedup: 'command-1#0' }))).toBe(409);
      await unchanged();
    });

    it('gives no effect to a ttl that an event carries', async () => {
      await target.elapse(3_000);
      await unchanged();
      const { container, streamId } = target;
      expect((await container.item('2', streamId).read()).resource).toMatchObject({ ttl: 1, version: 2 });
    });

    it('still lets the writer append and read', async () => {
      const { container, streamId } = target;
      const appended = await container.items.batch(
        [
          { operationType: 'Read', id: '3' },
          { operationType: 'Create', resourceBody: event(streamId, 4) as never },
        ],
        streamId,
      );
      expect(appended.result?.map(({ statusCode }) => statusCode)).toEqual([200, 201]);
    });
  });
}
