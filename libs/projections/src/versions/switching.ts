import { type Refusal, refuse } from '@daybook/ports';
import type { Asked, CommandsOptions, ReadModelCommands } from './commands.ts';
import { checkParity } from './parity.ts';
import type { BuildProgress } from './progress.ts';
import type { Managed } from './read-models.ts';
import {
  besideOf,
  buildOf,
  type BuildRecord,
  type By,
  noBuild,
  type Registry,
  switched,
  withParity,
} from './registry.ts';

export interface SwitchingOptions extends Pick<CommandsOptions, 'all' | 'timing' | 'runtime'> {
  readonly by: (asked: Asked) => By;
  readonly unknown: (name: string) => Refusal;
  readonly ageMs: (at: string) => number;
  readonly progress: (name: string, record: BuildRecord) => Promise<BuildProgress>;
  /** Changes the registry, and tells the alias of this process at once. */
  readonly change: (
    managed: Managed,
    asked: Asked,
    message: string,
    made: (registry: Registry) => Registry | Refusal,
  ) => Promise<Registry | Refusal>;
}

export interface Switching extends Pick<ReadModelCommands, 'parity' | 'switchTo'> {
  /** True while the builds of the read model are being compared here. */
  isComparing(name: string): boolean;
}

/** The proof that a build may serve, and the switch that asks for it. */
export function createSwitching(options: SwitchingOptions): Switching {
  const { all, timing, runtime, by, unknown, ageMs, progress, change } = options;
  const comparing = new Set<string>();

  /** The registry as it is now, and the build beside the one that serves; a refusal where there is none that could be asked. */
  const candidateOf = async (
    name: string,
  ): Promise<Refusal | { readonly managed: Managed; readonly registry: Registry; readonly beside: BuildRecord }> => {
    const managed = all.get(name);
    if (managed === undefined) return unknown(name);
    const registry = await managed.alias.refresh();
    const beside = besideOf(registry);
    if (beside === undefined || beside.retiring === true) return noBuild(registry);
    return { managed, registry, beside };
  };
  const caughtUp = async (name: string, beside: BuildRecord): Promise<Refusal | undefined> => {
    const now = await progress(name, beside);
    if (now.caughtUp) return undefined;
    const percent = Math.floor(now.done * 100);
    return refuse(
      'not-caught-up',
      `Build ${beside.build} of ${name} is at ${percent} %: wait until it has caught up.`,
      {
        build: beside.build,
        progress: now,
      },
    );
  };
  return {
    isComparing: (name) => comparing.has(name),

    async parity(name, asked) {
      const found = await candidateOf(name);
      if ('refused' in found) return found;
      const { managed, registry, beside } = found;
      const [serving, candidate] = [buildOf(registry, registry.serving), beside].map(
        (record) => record && managed.documentsOf(record),
      );
      if (serving === undefined || candidate === undefined) {
        return refuse('version-unknown', `The code has not the version of build ${beside.build} of ${name}.`);
      }
      if (comparing.has(name)) return refuse('busy', `The builds of ${name} are being compared already.`);
      comparing.add(name);
      try {
        const behind = await caughtUp(name, beside);
        if (behind !== undefined) return behind;
        const report = await checkParity({
          serving: { build: registry.serving, documents: serving },
          candidate: { build: beside.build, documents: candidate },
          comparable: comparableOf(managed, registry, beside),
          runtime,
        });
        const stamp = by(asked);
        const kept = await change(managed, asked, 'read model parity', (before) =>
          withParity(before, beside.build, report, stamp),
        );
        return 'refused' in kept ? (kept as Refusal) : report;
      } finally {
        comparing.delete(name);
      }
    },

    async switchTo(name, { force = false, ...asked }) {
      const found = await candidateOf(name);
      if ('refused' in found) return found;
      const { managed, beside } = found;
      if (managed.documentsOf(beside) === undefined) {
        return refuse('version-unknown', `The code has not version ${beside.version} of ${name}.`);
      }
      const behind = force ? undefined : await caughtUp(name, beside);
      if (behind !== undefined) return behind;
      const stamp = by(asked);
      return change(managed, asked, 'read model switched', (before) => {
        const now = besideOf(before);
        if (now?.build !== beside.build) return noBuild(before);
        const missing = force ? undefined : parityProblem(before, now, ageMs, timing.parityMaxAgeMs);
        return missing ?? switched(before, beside.build, stamp, { forced: force });
      });
    },
  };
}

/** Why the comparison of a build does not let it serve; `undefined` where it does. */
function parityProblem(
  registry: Registry,
  { build, parity }: BuildRecord,
  ageMs: (at: string) => number,
  parityMaxAgeMs: number,
): Refusal | undefined {
  const { name } = registry;
  if (parity === undefined || parity.serving !== registry.serving) {
    return refuse('parity-missing', `Build ${build} of ${name} was not compared with the one that serves: run parity.`);
  }
  if (!parity.clean) {
    const { differences, counts, samples } = parity;
    const detail = `Build ${build} of ${name} differs from the one that serves; see its parity report.`;
    return refuse('parity-failed', detail, { differences, counts, samples: samples.slice(0, 3) });
  }
  if (ageMs(parity.checkedAt) > parityMaxAgeMs) {
    return refuse('parity-old', `Build ${build} of ${name} was compared at ${parity.checkedAt}: run parity again.`);
  }
  return undefined;
}

function comparableOf(
  { definition }: Managed,
  registry: Registry,
  beside: BuildRecord,
): (document: Readonly<Record<string, unknown>>) => unknown {
  const higher = Math.max(beside.version, buildOf(registry, registry.serving)?.version ?? 0);
  const found = definition.versions.find(({ version }) => version === higher);
  return found?.comparable ?? ((document) => document);
}
