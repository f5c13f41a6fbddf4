import { setTimeout as sleep } from 'node:timers/promises';
import type { EmulatorRule, FaultKind } from './fault.ts';

/** Faults that an emulator injects, told to it through its admin port. */
export interface EmulatorFaults {
  /** Begins a fault; several may be there at once. The function that is returned ends it. */
  begin(kind: FaultKind, rule: EmulatorRule): () => void;
  /** How often each kind met a request so far. */
  counts(): Readonly<Partial<Record<FaultKind, number>>>;
  /** Ends all faults. Resolves when the emulator has none, at most after `limitMs`; false then. */
  stop(limitMs: number): Promise<boolean>;
}

interface AdminState {
  readonly plan: { readonly rules: readonly EmulatorRule[] } | null;
  readonly injected: Readonly<Record<string, number>>;
}

const lookEveryMs = 250;
const answerTimeoutMs = 1_000;

/**
 * Keeps an emulator at the faults that are wanted: it may be dead, frozen, or have forgotten its plan by dying. What it injected
 * between the last look and its death is not counted.
 */
export function createEmulatorFaults(adminUrl: string, seed: number): EmulatorFaults {
  const wanted = new Map<FaultKind, EmulatorRule>();
  const kinds = new Map<string, FaultKind>();
  const counted = new Map<FaultKind, number>();
  let seen: Readonly<Record<string, number>> = {};
  let stopping = false;
  let calm = true;

  const ask = async (method: string, body?: object): Promise<AdminState | undefined> => {
    const response = await fetch(`${adminUrl}/faults`, {
      method,
      signal: AbortSignal.timeout(answerTimeoutMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${adminUrl}/faults: ${response.status} ${await response.text()}`);
    return method === 'GET' ? ((await response.json()) as AdminState) : undefined;
  };
  const count = (injected: Readonly<Record<string, number>>): void => {
    for (const [name, times] of Object.entries(injected)) {
      const kind = kinds.get(name);
      const before = seen[name] ?? 0;
      // Fewer than before: it was started again, or has a new plan.
      if (kind !== undefined) counted.set(kind, (counted.get(kind) ?? 0) + (times < before ? times : times - before));
    }
    seen = injected;
  };
  const look = async (): Promise<void> => {
    const state = await ask('GET');
    if (state === undefined) return;
    count(state.injected);
    const rules = [...wanted.values()];
    if (JSON.stringify(state.plan?.rules ?? []) !== JSON.stringify(rules)) {
      if (rules.length === 0) await ask('DELETE');
      else await ask('POST', { seed, rules });
      seen = rules.length === 0 ? seen : {};
    }
    calm = rules.length === 0;
  };
  const looking = (async () => {
    while (!stopping || !calm) {
      if (wanted.size > 0 || !calm) await look().catch(() => undefined);
      await sleep(lookEveryMs);
    }
  })();

  return {
    begin(kind, rule) {
      kinds.set(injectedName(rule), kind);
      wanted.set(kind, rule);
      calm = false;
      return () => {
        if (wanted.get(kind) === rule) wanted.delete(kind);
      };
    },
    counts: () => Object.fromEntries(counted),
    async stop(limitMs) {
      wanted.clear();
      stopping = true;
      const limit = sleep(limitMs, undefined, { ref: false });
      await Promise.race([looking, limit]);
      const done = calm;
      calm = true;
      return done;
    },
  };
}

/** How the emulator calls a fault where it counts. */
const injectedName = ({ fault }: EmulatorRule): string =>
  fault.kind === 'status' ? `status-${fault['status']}` : fault.kind;
