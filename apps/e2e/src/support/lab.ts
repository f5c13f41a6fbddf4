import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchAs, startSystem, type System, type SystemOptions } from '@daybook/local';
import { connectShop, type Shop } from '@daybook/replay';

/** A whole system with data of its own, for one spec file. */
export interface Lab {
  readonly system: System;
  readonly shop: Shop;
  /** `fetch` as an operator. */
  readonly fetch: typeof fetch;
  /** Ends all processes and removes the data. */
  close(): Promise<void>;
}

/** Starts it. With `restarts: false` the dead stay dead until a test starts them again. */
export async function openLab({
  restarts = true,
  ...options
}: Pick<SystemOptions, 'restarts' | 'instances' | 'instanceEnv'> = {}): Promise<Lab> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'daybook-e2e-'));
  const remove = (): Promise<void> => rm(dataFolder, { recursive: true, force: true, maxRetries: 5 });
  try {
    const system = await startSystem({ ...options, dataFolder, restarts, command: 'an end-to-end test' });
    return {
      system,
      shop: connectShop(system.urls),
      fetch: fetchAs(system.urls, { role: 'operator', subject: 'ann' }),
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
