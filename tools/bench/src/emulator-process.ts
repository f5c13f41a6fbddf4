import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startScript } from './script-process.ts';

export interface EmulatorProcess {
  readonly endpoint: string;
  /** Ends the process and removes its data. */
  close(): Promise<void>;
}

/** One emulator in a process of its own, on a free port, with data in a temporary folder. */
async function start(
  script: string,
  argsOf: (data: string) => readonly string[] | Promise<readonly string[]>,
  ready: RegExp,
): Promise<EmulatorProcess> {
  const data = await mkdtemp(join(tmpdir(), 'daybook-bench-'));
  try {
    const { said, close } = await startScript({ script, args: await argsOf(data), ready });
    return {
      endpoint: said[0] ?? '',
      async close() {
        await close();
        await rm(data, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(data, { recursive: true, force: true });
    throw error;
  }
}

/** The Cosmos DB emulator: `http://127.0.0.1:…`. */
export function startEmulator(repository: string): Promise<EmulatorProcess> {
  const script = join(repository, 'tools/cosmos-emulator/src/main.ts');
  return start(script, (data) => ['--port', '0', '--data', data], /listening on (https?:\/\/\S+?),/);
}

/** The Event Hubs emulator: `127.0.0.1:…`. */
export function startEventHubs(repository: string, hubs: readonly object[]): Promise<EmulatorProcess> {
  const script = join(repository, 'tools/event-hubs-emulator/src/main.ts');
  const argsOf = async (data: string): Promise<readonly string[]> => {
    const config = join(data, 'hubs.json');
    await writeFile(config, JSON.stringify({ hubs }));
    return ['--port', '0', '--data', data, '--config', config];
  };
  return start(script, argsOf, /listening on ([\d.]+:\d+)/);
}

/** Azurite, for the checkpoints of hub consumers: `http://127.0.0.1:…`. */
export function startAzurite(repository: string): Promise<EmulatorProcess> {
  const script = join(repository, 'node_modules/azurite/dist/src/blob/main.js');
  const fixed = ['--blobHost', '127.0.0.1', '--blobPort', '0', '--disableTelemetry', '--skipApiVersionCheck'];
  return start(script, (data) => [...fixed, '--location', data], /listens on (https?:\/\/\S+)/);
}
