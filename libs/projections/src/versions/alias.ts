import type { Runtime } from '@daybook/ports';
import type { Registry } from './registry.ts';

export interface AliasOptions {
  readonly load: () => Promise<Registry>;
  readonly runtime: Pick<Runtime, 'now'>;
  /** So long a registry is believed without a look: a switch is seen everywhere within this. */
  readonly maxAgeMs: number;
  /** So long the last one is believed when it cannot be read. Shorter than a build is kept after a switch. */
  readonly staleMaxMs: number;
}

/** The registry of one read model as this process knows it. */
export interface Alias {
  /** @throws ContainerError where it cannot be read and the last one is too old */
  current(): Promise<Registry>;
  /** Reads it now. @throws ContainerError */
  refresh(): Promise<Registry>;
  /** What this process itself has just written. */
  set(registry: Registry): void;
  /** As last seen, however old. */
  readonly known: Registry | undefined;
}

export function createAlias({ load, runtime, maxAgeMs, staleMaxMs }: AliasOptions): Alias {
  let seen: { readonly registry: Registry; readonly atMs: number } | undefined;
  let loading: Promise<Registry> | undefined;

  const refresh = (): Promise<Registry> => {
    // Many queries at once cost one read.
    loading ??= (async () => {
      const startedMs = runtime.now();
      try {
        const registry = await load();
        if (seen === undefined || seen.atMs <= startedMs) seen = { registry, atMs: startedMs };
        return seen.registry;
      } finally {
        loading = undefined;
      }
    })();
    return loading;
  };

  return {
    async current() {
      const ageMs = seen === undefined ? Infinity : runtime.now() - seen.atMs;
      if (seen !== undefined && ageMs < maxAgeMs) return seen.registry;
      try {
        return await refresh();
      } catch (error) {
        if (seen === undefined || runtime.now() - seen.atMs >= staleMaxMs) throw error;
        return seen.registry;
      }
    },
    refresh,
    set(registry) {
      seen = { registry, atMs: runtime.now() };
    },
    get known() {
      return seen?.registry;
    },
  };
}
