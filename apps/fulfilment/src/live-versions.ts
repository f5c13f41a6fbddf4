import type { Condition, Runtime } from '@daybook/ports';
import type { StreamReader } from '@daybook/projections';
import type { SagaListItem, SagaRegistry } from '@daybook/saga';
import type { Component, HealthCheck } from '@daybook/service-kit';

export interface LiveVersionsOptions {
  readonly list: StreamReader<SagaListItem>;
  readonly registry: SagaRegistry;
  readonly runtime: Runtime;
  /** The pause between two looks, in milliseconds; default 60,000. */
  readonly everyMs?: number;
  readonly onError?: (error: unknown) => void;
}

/** Sagas that are named; there may be more. */
const namedMax = 20;

/**
 * Sees to it that every version of a definition that a saga still runs in is there: as long as one is missing, the service is not ready,
 * and says which sagas are waiting for which version. A deployment that took a version out too early does not go through.
 */
export function liveVersions(options: LiveVersionsOptions): Component & { readonly check: HealthCheck['check'] } {
  const { list, registry, runtime, everyMs = 60_000, onError } = options;
  let missing: readonly string[] | undefined;
  let stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();

  const look = async (): Promise<void> => {
    const found: string[] = [];
    for (const where of questions(registry)) {
      const page = await list.list({ where, limit: namedMax });
      if ('refused' in page) throw new Error(page.message);
      for (const { sagaId, definitionVersion } of page.items) {
        if (definitionVersion !== undefined) found.push(`${sagaId} (version ${definitionVersion})`);
      }
    }
    missing = found.slice(0, namedMax);
  };
  const tryLook = (): Promise<void> => look().catch((error: unknown) => onError?.(error));
  const goOn = async (signal: AbortSignal): Promise<void> => {
    for (await runtime.sleep(everyMs, signal); !signal.aborted; await runtime.sleep(everyMs, signal)) await tryLook();
  };

  return {
    name: 'saga-versions',
    async start() {
      stopping = new AbortController();
      await tryLook();
      running = goOn(stopping.signal);
    },
    async stop() {
      stopping.abort();
      await running;
    },
    check: () => {
      if (missing === undefined) return { healthy: false, detail: 'the list of sagas could not be read yet' };
      return missing.length === 0 ? { healthy: true } : { healthy: false, detail: { missing, remedy } };
    },
  };
}

const remedy =
  'these sagas run in versions of their definitions that this code does not have: deploy code that has them';

/** Sagas that are alive, of a known type in none of its known versions, or of no known type. */
function questions({ versions }: SagaRegistry): readonly (readonly Condition[])[] {
  const alive: Condition = { field: 'status', op: 'in', value: ['running', 'compensating', 'parked'] };
  const types = [...new Set(versions.map(({ type }) => type))];
  const ofType = types.map((type): Condition[] => [
    alive,
    { field: 'type', op: '=', value: type },
    ...versions
      .filter((known) => known.type === type)
      .map(({ version }): Condition => ({ field: 'definitionVersion', op: '!=', value: version })),
  ]);
  return [...ofType, [alive, ...types.map((type): Condition => ({ field: 'type', op: '!=', value: type }))]];
}
