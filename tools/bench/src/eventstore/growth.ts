import { median, timed } from '../statistics.ts';
import { type BenchStore, fill, notesOver, portOf } from './bench-store.ts';

const lengths = [10, 1_000, 100_000] as const;
const commands = 150;

export interface Growth {
  /** Time of a command on the longest stream over that on the shortest. */
  readonly growth100k: number;
  /** Events replayed in one second of this process's time on a core. */
  readonly rehydrationPerSecond: number;
  readonly warmRu: number;
  readonly warmRoundTrips: number;
  readonly coldRoundTripsWithSnapshot: number;
}

/** What a command costs on streams of 10, 1,000 and 100,000 events. The streams take turns, command by command. */
export async function growth(bench: BenchStore): Promise<Growth> {
  const container = portOf(await bench.createContainer('growth'));
  const kept = portOf(await bench.createSnapshots());
  const streams = lengths.map((length) => ({ length, streamId: `note-${length}`, ms: [] as number[] }));
  for (const { streamId, length } of streams) await fill(container, streamId, length);

  const longest = streams.at(-1)?.streamId ?? '';
  const snapshots = { container: kept, stateVersion: 1 };
  const { note, load, settled } = notesOver(container, { snapshots });
  const before = process.cpuUsage();
  await load(longest);
  const { user, system } = process.cpuUsage(before);
  const rehydrationPerSecond = 100_000 / ((user + system) / 1_000_000);

  for (const { streamId } of streams) await note(streamId, 0);
  let [warmRu, warmRoundTrips] = [0, 0];
  for (let number = 1; number <= commands; number += 1) {
    for (const { streamId, ms } of streams) {
      ms.push(
        await timed(async () => {
          const { cost } = await note(streamId, number);
          warmRu = Math.max(warmRu, cost.requestCharge);
          warmRoundTrips = Math.max(warmRoundTrips, cost.roundTrips);
        }),
      );
    }
  }
  await settled();
  const cold = await notesOver(container, { snapshots }).load(longest);
  if (cold.state !== cold.version) throw new Error(`a snapshot gave ${cold.state} events instead of ${cold.version}`);
  const [shortest = 1, ...longer] = streams.map(({ ms }) => median(ms));
  return {
    growth100k: Math.max(...longer) / shortest,
    rehydrationPerSecond,
    warmRu,
    warmRoundTrips,
    coldRoundTripsWithSnapshot: cold.cost.roundTrips,
  };
}
