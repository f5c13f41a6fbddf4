import type { StoredEvent } from '@daybook/eventstore';
import { type Container, type Refusal, type Runtime, refuse } from '@daybook/ports';
import { createRetirement } from './retirement.ts';
import type { ParityReport } from './parity.ts';
import { type BuildProgress, progressOf } from './progress.ts';
import { newestOf } from './read-model.ts';
import { createSwitching } from './switching.ts';
import type { Managed, ReadModelTiming } from './read-models.ts';
import type { Registries } from './registries.ts';
import {
  besideOf,
  buildFeed,
  buildOf,
  type BuildRecord,
  type By,
  noBuild,
  type Registry,
  retiring,
  switched,
  withBuild,
} from './registry.ts';

/** Who asks for a change, and why: both are kept with it. */
export type Asked = Pick<By, 'actor' | 'reason'> & {
  /** Whose request it is, for the log. */
  readonly cause?: { readonly traceparent?: string; readonly correlationId?: string };
};

export interface BuildStatus extends BuildRecord {
  readonly serving: boolean;
  /** False: its version is not in this code any more; nobody here keeps it up to date. */
  readonly inCode: boolean;
  readonly progress: BuildProgress;
}

export interface ReadModelStatus extends Pick<Registry, 'name' | 'serving' | 'servingSince' | 'previous' | 'history'> {
  /** In this code. */
  readonly versions: readonly number[];
  readonly builds: readonly BuildStatus[];
  /** What this process is at with it. */
  readonly busy?: 'parity' | 'retire';
}

/**
 * What operators do. Refusals are values: `unknown-read-model`, `version-unknown`, `build-exists`, `no-such-build`, `not-caught-up`,
 * `parity-missing`, `parity-failed`, `parity-old`, `too-early`, `busy`.
 */
export interface ReadModelCommands {
  describe(): Promise<readonly ReadModelStatus[]>;
  /** Begins a build beside the one that serves, from the first event on; of the newest version in the code, or of this one. */
  rebuild(name: string, asked: Asked & { readonly version?: number }): Promise<BuildRecord | Refusal>;
  /** Compares the build beside with the one that serves, and keeps the report with it. */
  parity(name: string, asked: Asked): Promise<ParityReport | Refusal>;
  /** Lets the build beside serve: only with a clean and recent report, unless forced. */
  switchTo(name: string, asked: Asked & { readonly force?: boolean }): Promise<Registry | Refusal>;
  /** Lets the build serve again that did before. */
  rollback(name: string, asked: Asked): Promise<Registry | Refusal>;
  /** Deletes the build beside; returns when it is marked, the deleting goes on. Done: `describe` shows it no more. */
  retire(name: string, asked: Asked): Promise<Registry | Refusal>;
}

export interface CommandsOptions {
  readonly all: ReadonlyMap<string, Managed>;
  readonly registries: Registries;
  readonly timing: ReadModelTiming;
  readonly events: Container<StoredEvent>;
  readonly leases: Container;
  readonly runtime: Runtime;
  readonly follow: (managed: Managed) => Promise<void>;
  readonly log: (level: 'info' | 'warn' | 'error', message: string, fields: Readonly<Record<string, unknown>>) => void;
  readonly stopping: AbortSignal;
}

export function createCommands(options: CommandsOptions): ReadModelCommands & {
  /** Goes on with retirements that a process before has begun. */
  resume(): Promise<void>;
  /** Resolves when nothing is under way any more. */
  settled(): Promise<void>;
} {
  const { all, registries, timing, events, leases, runtime, follow, log } = options;
  const retirement = createRetirement(options);

  const by = ({ actor, reason }: Asked): By => ({ actor, reason, at: new Date(runtime.now()).toISOString() });
  const unknown = (name: string): Refusal => {
    const names = [...all.keys()].join(', ') || 'none';
    return refuse('unknown-read-model', `There is no read model ${name} here; there are: ${names}.`);
  };
  const ageMs = (at: string): number => runtime.now() - Date.parse(at);
  const progress = (name: string, { build, started }: BuildRecord): Promise<BuildProgress> =>
    progressOf({ events, leases, runtime }, buildFeed(name, build), started.at);

  /** Changes the registry, and tells the alias of this process at once. */
  const change = async (
    managed: Managed,
    { cause }: Asked,
    message: string,
    made: (registry: Registry) => Registry | Refusal,
  ): Promise<Registry | Refusal> => {
    const { name } = managed.definition;
    const registry = await registries.update(name, made);
    if ('refused' in registry) return registry as Refusal;
    managed.alias.set(registry as Registry);
    const [latest] = (registry as Registry).history;
    log('warn', message, { readModel: name, ...cause, ...latest });
    return registry as Registry;
  };

  const switching = createSwitching({ all, timing, runtime, by, unknown, ageMs, progress, change });

  return {
    parity: switching.parity,
    switchTo: switching.switchTo,
    async describe() {
      return Promise.all(
        [...all.values()].map(async ({ definition, alias, documentsOf }) => {
          const { name, serving, servingSince, previous, history, builds } = await alias.refresh();
          const doing = switching.isComparing(name) ? 'parity' : retirement.isBusy(name) ? 'retire' : undefined;
          return {
            ...{ name, serving, servingSince, history },
            ...(previous === undefined ? {} : { previous }),
            versions: definition.versions.map(({ version }) => version),
            builds: await Promise.all(
              builds.map(async (record) => ({
                ...record,
                serving: record.build === serving,
                inCode: documentsOf(record) !== undefined,
                progress: await progress(name, record),
              })),
            ),
            ...(doing === undefined ? {} : { busy: doing }),
          };
        }),
      );
    },

    async rebuild(name, { version, ...asked }) {
      const managed = all.get(name);
      if (managed === undefined) return unknown(name);
      const wanted = version ?? newestOf(managed.definition);
      if (!managed.definition.versions.some((each) => each.version === wanted)) {
        return refuse('version-unknown', `The code has no version ${wanted} of ${name}.`, { version: wanted });
      }
      const stamp = by(asked);
      const registry = await change(managed, asked, 'read model rebuild', (before) => withBuild(before, wanted, stamp));
      if ('refused' in registry) return registry as Refusal;
      await follow(managed);
      return buildOf(registry as Registry, (registry as Registry).lastBuild) as BuildRecord;
    },

    async rollback(name, asked) {
      const managed = all.get(name);
      if (managed === undefined) return unknown(name);
      const { previous } = await managed.alias.refresh();
      if (previous === undefined) {
        return refuse('no-such-build', `No build of ${name} served before this one, or it is retired.`);
      }
      const stamp = by(asked);
      return change(managed, asked, 'read model rolled back', (before) => {
        const target = before.previous === previous ? buildOf(before, previous) : undefined;
        if (target === undefined) return noBuild(before);
        if (managed.documentsOf(target) === undefined) {
          return refuse('version-unknown', `The code has not version ${target.version} of ${name} any more.`);
        }
        return switched(before, previous, stamp, { action: 'rollback' });
      });
    },

    async retire(name, asked) {
      const managed = all.get(name);
      if (managed === undefined) return unknown(name);
      const stamp = by(asked);
      const registry = await change(managed, asked, 'read model build retires', (before) => {
        const waitMs = timing.retireAfterMs - ageMs(before.servingSince);
        if (before.previous !== undefined && before.previous === besideOf(before)?.build && waitMs > 0) {
          const why = `Build ${before.previous} of ${name} served until a moment ago: queries may still be at it.`;
          return refuse('too-early', `${why} Retire it in ${Math.ceil(waitMs / 1_000)} s.`, { waitMs });
        }
        return retiring(before, stamp);
      });
      if ('refused' in registry) return registry as Refusal;
      const gone = besideOf(registry as Registry);
      await follow(managed);
      if (gone !== undefined) retirement.begin(managed, gone, stamp);
      return registry as Registry;
    },

    async resume() {
      for (const managed of all.values()) {
        if (managed.alias.known !== undefined) retirement.sweep(managed, managed.alias.known);
        const beside = managed.alias.known && besideOf(managed.alias.known);
        if (beside?.retiring === true) {
          retirement.begin(managed, beside, by({ actor: 'service:start', reason: 'begun before' }));
        }
      }
    },
    settled: () => retirement.settled(),
  };
}
