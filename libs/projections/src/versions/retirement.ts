import type { Build } from '../build.ts';
import type { CommandsOptions } from './commands.ts';
import { newestOf } from './read-model.ts';
import type { Managed } from './read-models.ts';
import { buildFeed, buildName, type BuildRecord, type By, type Registry, withoutBuild } from './registry.ts';

export interface Retirement {
  /** Deletes the documents of a build that is marked, then the leases of its feed, then its place in the registry. */
  begin(managed: Managed, gone: BuildRecord, by: By): void;
  /** Deletes what an instance has left of builds that are gone, because it learned too late that they are. Its failure is only told. */
  sweep(managed: Managed, registry: Registry): void;
  isBusy(name: string): boolean;
  settled(): Promise<void>;
}

const documentsAtOnce = 500;
const pauseMs = 1_000;
/** Of the builds that are gone, those looked at for what is left of them. */
const sweptMax = 3;
const sweepRoundsMax = 100;

/** What a process that dies leaves half done is done by the next one that starts: each step can be repeated. */
export function createRetirement({
  registries,
  timing,
  leases,
  runtime,
  log,
  stopping,
}: Pick<CommandsOptions, 'registries' | 'timing' | 'leases' | 'runtime' | 'log' | 'stopping'>): Retirement {
  const jobs = new Map<string, Promise<void>>();
  const sweeps = new Set<Promise<void>>();

  const deleteLeases = async (feed: string): Promise<void> => {
    const { documents } = await leases.query({ where: [{ field: 'feed', op: '=', value: feed }], limit: 1_000 });
    for (const { id } of documents) await leases.batch(id, [{ kind: 'delete', id }]);
  };
  const documentsOf = (
    { definition, documentsOf: opened }: Managed,
    gone: Pick<BuildRecord, 'build' | 'version'>,
  ): Build | undefined =>
    // Which version made them does not matter to delete them.
    opened(gone) ?? definition.versions.at(-1)?.open(buildName(definition.name, gone.build));

  const run = async (managed: Managed, gone: BuildRecord, by: By): Promise<void> => {
    const { name } = managed.definition;
    // The other instances see the mark within this, and stop its feed.
    await runtime.sleep(2 * timing.lookEveryMs, stopping);
    const documents = documentsOf(managed, gone);
    while (!stopping.aborted) {
      try {
        const found = (await documents?.clear(documentsAtOnce)) ?? 0;
        if (found >= documentsAtOnce) continue;
        await deleteLeases(buildFeed(name, gone.build));
        await registries.update(name, (registry) =>
          withoutBuild(registry, gone.build, { ...by, at: new Date(runtime.now()).toISOString() }),
        );
        await managed.alias.refresh();
        log('info', 'read model build retired', { readModel: name, build: gone.build });
        return;
      } catch (error) {
        log('warn', 'a build cannot be deleted yet', { err: error, readModel: name, build: gone.build });
        await runtime.sleep(pauseMs, stopping);
      }
    }
  };

  const sweepAll = async (managed: Managed, { name, lastBuild, ...registry }: Registry): Promise<void> => {
    for (let build = Math.max(1, lastBuild - sweptMax); build <= lastBuild && !stopping.aborted; build += 1) {
      if (registry.builds.some((each) => each.build === build)) continue;
      const documents = documentsOf(managed, { build, version: newestOf(managed.definition) });
      for (let found = documentsAtOnce, rounds = 0; found >= documentsAtOnce && rounds < sweepRoundsMax; rounds += 1) {
        found = stopping.aborted ? 0 : ((await documents?.clear(documentsAtOnce)) ?? 0);
      }
      await deleteLeases(buildFeed(name, build));
    }
  };

  return {
    sweep(managed, registry) {
      const { name } = registry;
      const work = sweepAll(managed, registry)
        .catch((error: unknown) =>
          log('warn', 'what is left of old builds stays for now', { err: error, readModel: name }),
        )
        .finally(() => sweeps.delete(work));
      sweeps.add(work);
    },
    begin(managed, gone, by) {
      const { name } = managed.definition;
      if (jobs.has(name)) return;
      jobs.set(
        name,
        run(managed, gone, by).finally(() => jobs.delete(name)),
      );
    },
    isBusy: (name) => jobs.has(name),
    settled: async () => void (await Promise.all([...jobs.values(), ...sweeps])),
  };
}
