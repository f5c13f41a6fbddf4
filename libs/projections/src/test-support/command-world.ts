import { type Refusal, virtualRuntime } from '@daybook/ports';
import { countsVersion, serviceWorld } from './service-world.ts';

export const asked = { actor: 'operator:ada', reason: 'status was wrong' };
/** One service, and what its operators do. */
export const commandWorld = () => {
  const runtime = virtualRuntime({ seed: 7 });
  const stores = serviceWorld(runtime);
  /** The outcome of work that waits, with as much time as it needs. */
  const within = async <T>(work: Promise<T>, ms = 20_000): Promise<T> => {
    let done = false;
    const ended = work.finally(() => {
      done = true;
    });
    ended.catch(() => undefined);
    await runtime.advanceUntil(() => done, ms);
    return ended;
  };
  return {
    ...stores,
    runtime,
    within,
    v: (version: 1 | 2, defect?: (id: string) => boolean) => countsVersion(stores, version, defect),
  };
};
/** Of a refusal. */
export const code = (outcome: object): string | undefined =>
  'refused' in outcome ? (outcome as Refusal).code : undefined;
