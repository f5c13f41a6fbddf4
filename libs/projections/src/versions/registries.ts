import {
  type Container,
  type Refusal,
  type Runtime,
  type Stored,
  isContainerError,
  isSafeToRetry,
} from '@daybook/ports';
import { firstRegistry, type Registry, registryId } from './registry.ts';
import { ReadModelError } from './read-model.ts';

/** The registries of a service's read models, as stored. */
export interface Registries {
  read(name: string): Promise<Stored<Registry> | undefined>;
  /**
   * The registry; where there is none yet, the first one is written. Of several writers one wins. Tried again for some seconds,
   * or until the signal.
   *
   * @throws ReadModelError `conflict`; ContainerError
   */
  ensure(name: string, version: number, signal?: AbortSignal): Promise<Stored<Registry>>;
  /**
   * Replaces it by what `change` makes of it, guarded by its etag: where another changed it, `change` is asked again.
   *
   * @throws ReadModelError `unknown`, `conflict`; ContainerError
   */
  update(name: string, change: (registry: Registry) => Registry | Refusal): Promise<Stored<Registry> | Refusal>;
}

const maxConflicts = 10;
const pauseMaxMs = 100;
/** At the start it is tried for some seconds. */
const startPauseMaxMs = 2_000;

export function createRegistries(container: Container, runtime: Pick<Runtime, 'now' | 'random' | 'sleep'>): Registries {
  const read = async (name: string): Promise<Stored<Registry> | undefined> => {
    const id = registryId(name);
    return (await container.read(id, id)).document as Stored<Registry> | undefined;
  };
  /** The registry as written; `undefined` where another was faster or the answer was lost. */
  const write = async (registry: Registry, ifMatch?: string): Promise<Stored<Registry> | undefined> => {
    try {
      const outcome = await container.batch(registry.id, [
        ifMatch === undefined
          ? { kind: 'create', document: registry }
          : { kind: 'replace', document: registry, ifMatch },
      ]);
      return outcome.applied ? (outcome.results[0]?.document as Stored<Registry> | undefined) : undefined;
    } catch (error) {
      if (isContainerError(error) && error.code === 'outcome-unknown') return undefined;
      throw error;
    }
  };

  return {
    read,
    async ensure(name, version, signal) {
      const by = { actor: 'service:start', reason: 'first start', at: new Date(runtime.now()).toISOString() };
      let away: unknown;
      for (let attempt = 0; attempt < maxConflicts; attempt += 1) {
        try {
          const found = (await read(name)) ?? (await write(firstRegistry(name, version, by)));
          if (found !== undefined) return found;
        } catch (error) {
          // A service starts with this: a database that is busy or away for a moment must not end it.
          if (!isSafeToRetry(error)) throw error;
          away = error;
        }
        await runtime.sleep(runtime.random() * Math.min(startPauseMaxMs, pauseMaxMs * 2 ** attempt), signal);
        if (signal?.aborted === true) break;
      }
      throw away ?? new ReadModelError('conflict', name, 'its registry could not be written');
    },
    async update(name, change) {
      for (let conflicts = 0; conflicts < maxConflicts; conflicts += 1) {
        const before = await read(name);
        if (before === undefined) throw new ReadModelError('unknown', name, 'there is no such read model');
        const { _etag, _ts, ...registry } = before;
        const after = change(registry as Registry);
        if ('refused' in after) return after as Refusal;
        if (after === registry) return before;
        const written = await write(after as Registry, _etag);
        if (written !== undefined) return written;
        // Perhaps it was this write whose answer was lost: then the same change has nothing more to do, or says why not.
        const now = await read(name);
        if (now !== undefined && JSON.stringify(now.history[0]) === JSON.stringify((after as Registry).history[0])) {
          return now;
        }
        await runtime.sleep(runtime.random() * pauseMaxMs);
      }
      throw new ReadModelError('conflict', name, `its registry was changed by others ${maxConflicts} times`);
    },
  };
}
