import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cosmosClient, cosmosContainer } from '@daybook/azure';
import { databaseName, deadLettersContainer } from '@daybook/contracts';
import { serviceNames, startSystem, type System } from '@daybook/local';
import { connectShop, type Shop } from '@daybook/replay';
import { readAllHistories, type Verification, verifyHistories } from '@daybook/verify';

/** A whole system with data of its own, for one spec file. */
export interface Lab {
  readonly system: System;
  readonly shop: Shop;
  /** What the supervisor had to say: shown when a test fails. */
  readonly lines: readonly string[];
  /** Everything that is stored, checked against every rule. */
  verify(): Promise<Verification>;
  /** Messages that no service could handle, as `<service>/<document>`. */
  deadLetters(): Promise<readonly string[]>;
  /** Ends all processes and removes the data. */
  close(): Promise<void>;
}

/** Starts it. With `restarts: false` the dead stay dead until a test starts them again. */
export async function openLab({ restarts = true }: { readonly restarts?: boolean } = {}): Promise<Lab> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'daybook-e2e-'));
  const remove = (): Promise<void> => rm(dataFolder, { recursive: true, force: true, maxRetries: 5 });
  const lines: string[] = [];
  try {
    const system = await startSystem({
      dataFolder,
      restarts,
      command: 'an end-to-end test',
      log: (line) => void lines.push(line),
    });
    return {
      system,
      shop: connectShop(system.urls),
      lines,
      verify: async () => verifyHistories(await readAllHistories(storesOf(system))),
      deadLetters: () => readDeadLetters(system),
      async close() {
        await system.stop();
        // To look into a failure, keep its data and logs.
        if (process.env['DAYBOOK_E2E_KEEP'] === undefined) await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

function storesOf({ env }: System): { endpoint: string; key: string } {
  return { endpoint: env['COSMOS_ENDPOINT'] ?? '', key: env['COSMOS_KEY'] ?? '' };
}

async function readDeadLetters(system: System): Promise<readonly string[]> {
  const client = cosmosClient(storesOf(system));
  try {
    const found: string[] = [];
    for (const service of serviceNames) {
      const container = cosmosContainer(client.database(databaseName).container(deadLettersContainer(service)));
      for (const range of await container.feedRanges()) {
        const { documents } = await container.feedPage({ range, limit: 100 });
        found.push(...documents.map(({ id }) => `${service}/${id}`));
      }
    }
    return found;
  } finally {
    client.dispose();
  }
}
