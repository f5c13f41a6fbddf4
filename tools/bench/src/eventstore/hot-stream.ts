import { median, timed } from '../statistics.ts';
import { type BenchStore, notesOver, portOf } from './bench-store.ts';

const writers = 16;
const commandsPerWriter = 25;
const rounds = 5;

/**
 * Sixteen writers on one stream, each sending its next command when it has the answer to the last.
 *
 * @returns commands a second with commands appended together over those with each appended alone
 */
export async function hotBatchedToUnbatched(bench: BenchStore): Promise<number> {
  const container = portOf(await bench.createContainer('hot'));
  const [batched, unbatched] = [notesOver(container), notesOver(container, { groupMax: 1 })];
  const run = ({ note }: typeof batched, streamId: string): Promise<number> =>
    timed(() =>
      Promise.all(
        Array.from({ length: writers }, async (_, writer) => {
          for (let number = 0; number < commandsPerWriter; number += 1) await note(streamId, writer);
        }),
      ),
    );
  await Promise.all([run(batched, 'note-warm-a'), run(unbatched, 'note-warm-b')]);
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const unbatchedMs = await run(unbatched, `note-unbatched-${round}`);
    ratios.push(unbatchedMs / (await run(batched, `note-batched-${round}`)));
  }
  return median(ratios);
}
