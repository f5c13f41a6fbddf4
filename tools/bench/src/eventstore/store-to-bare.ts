import type { Container as SdkContainer, OperationInput } from '@azure/cosmos';
import type { Container, Operation } from '@daybook/ports';
import { median, timed } from '../statistics.ts';
import { type BenchStore, notesOver, portOf } from './bench-store.ts';

const streams = 8;
const commandsPerStream = 10;
const rounds = 40;

interface Write {
  readonly streamId: string;
  readonly operations: readonly Operation[];
}

/**
 * Commands through the store beside bare `items.batch` calls, which write the very same documents into a container of the same kind:
 * what deciding, hashing, chaining and keeping the state add. Both take turns, so that neither has the quieter machine.
 *
 * @returns commands a second through the store over those of the bare calls
 */
export async function storeToBare(bench: BenchStore): Promise<number> {
  const [events, bare] = [await bench.createContainer('store'), await bench.createContainer('bare')];
  const { container, taken } = recording(portOf(events));
  const { note } = notesOver(container);
  const names = Array.from({ length: streams }, (_, index) => `note-${index}`);

  const through = (): Promise<unknown> =>
    Promise.all(
      names.map(async (streamId) => {
        for (let number = 0; number < commandsPerStream; number += 1) await note(streamId, number);
      }),
    );
  const beside = (writes: readonly Write[]): Promise<unknown> =>
    Promise.all(
      [...Map.groupBy(writes, ({ streamId }) => streamId).values()].map(async (own) => {
        for (const { streamId, operations } of own) await writeBare(bare, streamId, operations);
      }),
    );

  // The bare calls are one round behind, so that either of the two can go first.
  await through();
  let behind = taken();
  const ratios: number[] = [];
  for (let round = -1; round < rounds; round += 1) {
    const measured = async (): Promise<void> => {
      bareMs = await timed(() => beside(behind));
    };
    let bareMs = 0;
    if (round % 2 === 0) await measured();
    const storeMs = await timed(through);
    if (round % 2 !== 0) await measured();
    behind = taken();
    // The first round warms up.
    if (round >= 0) ratios.push(bareMs / storeMs);
  }
  return median(ratios);
}

function recording(container: Container): { readonly container: Container; taken(): readonly Write[] } {
  let writes: Write[] = [];
  return {
    container: {
      ...container,
      batch(streamId, operations) {
        writes.push({ streamId, operations });
        return container.batch(streamId, operations);
      },
    },
    taken() {
      const all = writes;
      writes = [];
      return all;
    },
  };
}

async function writeBare(container: SdkContainer, streamId: string, operations: readonly Operation[]): Promise<void> {
  const inputs = operations.map((operation) =>
    operation.kind === 'create'
      ? { operationType: 'Create', resourceBody: operation.document }
      : { operationType: 'Read', id: 'id' in operation ? operation.id : '' },
  );
  const { result } = await container.items.batch(inputs as unknown as OperationInput[], streamId);
  const failed = result?.find(({ statusCode }) => statusCode >= 300);
  if (failed !== undefined) throw new Error(`a bare batch was refused with ${failed.statusCode}`);
}
