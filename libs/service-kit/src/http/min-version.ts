import type { Runtime } from '@daybook/ports';
import { type ReadModelItem, type StreamReader, waitForVersion } from '@daybook/projections';
import { Problem } from './problem.ts';

/** How long a query waits for a read model to reach the version that it asks for. */
const waitMsMax = 2_000;

/**
 * The item of a stream in a read model; with a `minVersion`, not before the read model has reached it.
 *
 * @throws Problem 503 `not-yet-visible` where it has not after two seconds: its members say how far it is
 */
export async function itemAtVersion<State>(
  reader: Pick<StreamReader<State>, 'see'>,
  streamId: string,
  version: number | undefined,
  runtime: Pick<Runtime, 'now' | 'sleep'>,
): Promise<ReadModelItem<State> | undefined> {
  if (version === undefined) return (await reader.see(streamId)).item;
  const seen = await waitForVersion(reader, { streamId, minVersion: version, timeoutMs: waitMsMax, runtime });
  if (seen.streamVersion >= version) return seen.item;
  const detail = `The list is at version ${seen.streamVersion} of this, not yet at ${version}; ask again.`;
  throw new Problem(503, 'not-yet-visible', detail, {
    members: { version: seen.streamVersion, minVersion: version },
    headers: { 'Retry-After': '1' },
  });
}
