import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { eventsContainer, serviceNames } from '@daybook/contracts';
import { type VerifyCheckpoint, type VerifyResult, verifyStreams } from '@daybook/eventstore';
import type { Runtime } from '@daybook/ports';
import type { Stores } from './stores.ts';

export interface ChainsOptions {
  readonly runtime: Runtime;
  /** Kept after every page and taken up again; gone once the walk is complete. */
  readonly resumeFile?: string;
  readonly onProgress?: (container: string, events: number) => void;
}

/** How far each container's walk has come, by its name. */
type Checkpoints = Record<string, VerifyCheckpoint>;

/**
 * Checks the chain of every stream, in bounded memory: for stores that are too large to be held. Can be interrupted and resumed.
 *
 * @throws TypeError for a file that is no checkpoint
 */
export async function verifyChains(
  events: Stores['events'],
  { runtime, resumeFile, onProgress }: ChainsOptions,
): Promise<Readonly<Record<string, VerifyResult>>> {
  const kept: Checkpoints = resumeFile === undefined ? {} : await readCheckpoints(resumeFile);
  const results: Record<string, VerifyResult> = {};
  for (const service of serviceNames) {
    const container = eventsContainer[service];
    const from = kept[container];
    let saving = Promise.resolve();
    results[container] = await verifyStreams({
      container: events[service],
      runtime,
      ...(from === undefined ? {} : { from }),
      onProgress(checkpoint) {
        kept[container] = checkpoint;
        onProgress?.(container, checkpoint.events);
        // One after another: ranges are read at the same time, and the last to be written must be the newest.
        if (resumeFile !== undefined) saving = saving.then(() => save(resumeFile, kept));
        return saving;
      },
    });
  }
  if (resumeFile !== undefined) await rm(resumeFile, { force: true });
  return results;
}

async function readCheckpoints(file: string): Promise<Checkpoints> {
  if (!existsSync(file)) return {};
  const text = await readFile(file, 'utf8');
  try {
    const checkpoints = JSON.parse(text) as Checkpoints;
    // Checked as a whole before the file is written to: it may be somebody's letter.
    if (Object.values(checkpoints).every(({ format }) => format === 'daybook-verify/1')) return checkpoints;
  } catch {
    // Told below, as for any other file.
  }
  throw new TypeError(`${file}: is no checkpoint of a verification; name another file`);
}

/** Whole or not at all: the process may end at any moment. */
async function save(file: string, checkpoints: Checkpoints): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(checkpoints));
  await rename(`${file}.new`, file);
}
