import type { Build } from '../build.ts';
import type { CommandsOptions } from './commands.ts';
import type { Managed } from './read-models.ts';
import { buildFeed, buildName, type BuildRecord, type By, withoutBuild } from './registry.ts';

export interface Retirement {
  /** Deletes the documents of a build that is marked, then the leases of its feed, then its place in the registry. */
  begin(managed: Managed, gone: BuildRecord, by: By): void;
  isBusy(name: string): boolean;
  settled(): Promise<void>;
}

const documentsAtOnce = 500;
const pauseMs = 1_000;

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

  const deleteLeases = async (feed: string): Promise<void> => {
    const { documents } = await leases.query({ where: [{ field: 'feed', op: '=', value: feed }], limit: 1_000 });
    for (const { id } of documents) await leases.batch(id, [{ kind: 'delete', id }]);
  };
  const documentsOf = ({ definition, documentsOf: opened }: Managed, gone: BuildRecord): Build | undefined =>
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

  return {
    begin(managed, gone, by) {
      const { name } = managed.definition;
      if (jobs.has(name)) return;
      jobs.set(
        name,
        run(managed, gone, by).finally(() => jobs.delete(name)),
      );
    },
    isBusy: (name) => jobs.has(name),
    settled: async () => void (await Promise.all(jobs.values())),
  };
}
