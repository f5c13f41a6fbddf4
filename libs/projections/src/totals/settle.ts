import {
  type BatchOutcome,
  type Container,
  type Document,
  type Operation,
  type Runtime,
  type Stored,
  isContainerError,
} from '@daybook/ports';
import { ProjectionError } from '../projection.ts';
import type { Part } from './parts.ts';
import { totalsPartition, type Share } from './totals.ts';

type Values = Readonly<Record<string, number>>;

/** What a stream adds in one part of a partition, as of a version of it. In one batch with the totals: neither can be there without the other. */
interface Contribution extends Document {
  readonly streamId: string;
  readonly streamVersion: number;
  /** By the key of the total. */
  readonly shares: Readonly<Record<string, Values>>;
}

interface Total extends Document {
  readonly hidden: boolean;
  readonly [field: string]: unknown;
}

export interface Settling {
  readonly name: string;
  readonly container: Container;
  readonly runtime: Pick<Runtime, 'random' | 'sleep'>;
}

const maxConflicts = 20;
const pauseMaxMs = 50;
const idsPerQuery = 100;

/** Fields of a total that are not sums and not the author's. */
const ownFields = ['id', 'partition', 'readModel', 'kind', 'total', 'hidden'] as const;

/**
 * Brings one part of what a stream adds to this version of it, and the totals with it, in one batch: whoever comes with the same version or
 * an older one, as often as it likes, finds it done.
 *
 * @throws ProjectionError `conflict`, `bad-share`; ContainerError
 */
export async function settle(
  { name, container, runtime }: Settling,
  streamId: string,
  streamVersion: number,
  part: Part,
): Promise<void> {
  const partition = totalsPartition(name, part.partition);
  const contributionId = `of:${streamId}.${part.index}`;
  for (let conflicts = 0; conflicts < maxConflicts; conflicts += 1) {
    const found = await readAll(container, partition, [contributionId, ...[...part.shares.keys()].map(totalId)]);
    const before = found.get(contributionId) as Stored<Contribution> | undefined;
    if (before !== undefined && before.streamVersion >= streamVersion) return;
    const gone = Object.keys(before?.shares ?? {}).filter((key) => !part.shares.has(key));
    for (const [id, document] of await readAll(container, partition, gone.map(totalId))) found.set(id, document);

    const changes: Operation[] = [...new Set([...part.shares.keys(), ...gone])].flatMap((key) => {
      const share = part.shares.get(key);
      const delta = difference(share?.values ?? {}, before?.shares[key] ?? {});
      if (Object.values(delta).every((value) => value === 0) && found.has(totalId(key))) return [];
      return [written(found.get(totalId(key)), totalOf({ name, partition, part, key, share, delta }, found))];
    });
    // Also where nothing changes in the end: what a state in between adds may only be written by who comes before this version.
    const contribution: Contribution = {
      ...{ id: contributionId, partition, readModel: name, kind: 'contribution', hidden: true },
      ...{ streamId, streamVersion },
      shares: Object.fromEntries([...part.shares].map(([key, { values }]) => [key, values])),
    };
    if (await applied(container, partition, [written(before, contribution), ...changes])) return;
    await runtime.sleep(runtime.random() * pauseMaxMs);
  }
  throw new ProjectionError(
    'conflict',
    name,
    `the totals of ${part.partition} were changed by others ${maxConflicts} times`,
  );
}

const totalId = (key: string): string => `total:${key}`;

async function readAll(
  container: Container,
  partition: string,
  ids: readonly string[],
): Promise<Map<string, Stored<Document>>> {
  const found = new Map<string, Stored<Document>>();
  for (let from = 0; from < ids.length; from += idsPerQuery) {
    const { documents } = await container.query({
      partitionKey: partition,
      where: [{ field: 'id', op: 'in', value: ids.slice(from, from + idsPerQuery) }],
      limit: idsPerQuery,
    });
    for (const document of documents) found.set(document.id, document);
  }
  return found;
}

function difference(now: Values, before: Values): Values {
  const names = new Set([...Object.keys(now), ...Object.keys(before)]);
  return Object.fromEntries([...names].map((field) => [field, (now[field] ?? 0) - (before[field] ?? 0)]));
}

interface Change {
  readonly name: string;
  readonly partition: string;
  readonly part: Part;
  readonly key: string;
  /** Absent: the stream adds nothing to it any more. */
  readonly share: Share | undefined;
  readonly delta: Values;
}

function totalOf({ name, partition, part, key, share, delta }: Change, found: ReadonlyMap<string, Document>): Total {
  const before = found.get(totalId(key)) as Total | undefined;
  const sums: Record<string, number> = {};
  for (const [field, value] of Object.entries(before ?? {}))
    if (typeof value === 'number' && !field.startsWith('_')) sums[field] = value;
  for (const [field, value] of Object.entries(delta)) {
    const sum = (sums[field] ?? 0) + value;
    if (!Number.isSafeInteger(sum))
      throw new ProjectionError('bad-share', name, `${field} of ${key} is too large to be exact`);
    sums[field] = sum;
  }
  const texts = Object.entries(before ?? {}).filter(([, value]) => typeof value === 'string');
  const taken = ownFields.find((field) => field in { ...share?.fields, ...sums });
  if (taken !== undefined)
    throw new ProjectionError('reserved-field', name, `a share may not have a field ${taken}: rename it`);
  return {
    ...Object.fromEntries(texts.filter(([field]) => !field.startsWith('_'))),
    ...share?.fields,
    ...sums,
    ...{ id: totalId(key), partition, readModel: name, kind: 'total', total: `${part.partition}~${key}` },
    hidden: Object.values(sums).every((sum) => sum === 0),
  };
}

function written(before: Stored<Document> | undefined, document: Document): Operation {
  return before === undefined ? { kind: 'create', document } : { kind: 'replace', document, ifMatch: before._etag };
}

/** False: another wrote one of them first, or the answer was lost. What is stored says which. */
async function applied(container: Container, partition: string, operations: readonly Operation[]): Promise<boolean> {
  try {
    const outcome: BatchOutcome = await container.batch(partition, operations);
    return outcome.applied;
  } catch (error) {
    if (isContainerError(error) && error.code === 'outcome-unknown') return false;
    throw error;
  }
}
