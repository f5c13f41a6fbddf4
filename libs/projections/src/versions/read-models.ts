import type { StoredEvent } from '@daybook/eventstore';
import { type Container, isSafeToRetry, type Runtime } from '@daybook/ports';
import type { Build } from '../build.ts';
import { type Alias, createAlias } from './alias.ts';
import { createCommands, type ReadModelCommands } from './commands.ts';
import { newestOf, type ReadModelDefinition, ReadModelError, type ServedReadModel } from './read-model.ts';
import { createRegistries } from './registries.ts';
import { type BuildRecord, buildOf, type Registry } from './registry.ts';
import { openedBuilds, type OpenFeed, type RunningBuilds, runningBuilds } from './running-builds.ts';

export interface ReadModelsOptions {
  /** Holds the registries; partition key `/id`. */
  readonly container: Container;
  /** What the builds are made of, and the leases of their feeds: for the progress, and for the leases of builds that are gone. */
  readonly events: Container<StoredEvent>;
  readonly leases: Container;
  readonly openFeed: OpenFeed;
  readonly runtime: Runtime;
  readonly log?: (level: 'info' | 'warn' | 'error', message: string, fields: Readonly<Record<string, unknown>>) => void;
  readonly timing?: Partial<ReadModelTiming>;
}

export interface ReadModelTiming {
  /** How old the alias may be that a query goes by; default 1,000. */
  readonly aliasMaxAgeMs: number;
  /** How often the registries are looked at, for builds to begin and to end; default 1,000. */
  readonly lookEveryMs: number;
  /** A parity report older than this lets nobody switch; default 600,000. */
  readonly parityMaxAgeMs: number;
  /** So long a build stays after it served, for queries that are under way and for a rollback; default 30,000. */
  readonly retireAfterMs: number;
}

/** The read models of one service: their builds, the alias of each, and what operators do with them. */
export interface ReadModels extends ReadModelCommands {
  /** Before `start()`. @throws ReadModelError `bad-definition` */
  add<B extends Build>(definition: ReadModelDefinition<B>): ServedReadModel<B>;
  /**
   * Writes the registries that are not there and starts the feeds of all builds. Waits for a database that is away.
   *
   * @throws ReadModelError `version-missing`; ContainerError where it is stopped meanwhile
   */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Healthy while the builds that serve are kept up to date; one beside them is told of and does not count. */
  health(): { readonly healthy: boolean; readonly detail: Readonly<Record<string, unknown>> };
}

/** A read model with what this process holds of it. */
export interface Managed {
  readonly definition: ReadModelDefinition<Build>;
  readonly alias: Alias;
  readonly documentsOf: (record: Pick<BuildRecord, 'build' | 'version'>) => Build | undefined;
  readonly running: RunningBuilds;
}

const defaults: ReadModelTiming = {
  aliasMaxAgeMs: 1_000,
  lookEveryMs: 1_000,
  parityMaxAgeMs: 600_000,
  retireAfterMs: 30_000,
};

export function createReadModels(options: ReadModelsOptions): ReadModels {
  const { container, openFeed, runtime, log = () => undefined } = options;
  const timing = { ...defaults, ...options.timing };
  const registries = createRegistries(container, runtime);
  const all = new Map<string, Managed>();
  const stopping = new AbortController();
  let loop: Promise<void> = Promise.resolve();
  let turn: Promise<void> = Promise.resolve();

  const follow = (managed: Managed): Promise<void> => {
    // One at a time: a feed that is being stopped is not started again meanwhile.
    turn = turn.then(async () => {
      const registry = await managed.alias.refresh();
      if (!stopping.signal.aborted) await managed.running.follow(registry);
    });
    const mine = turn;
    turn = turn.catch(() => undefined);
    return mine;
  };
  const keepLooking = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await runtime.sleep(timing.lookEveryMs * (0.75 + runtime.random() / 4), stopping.signal);
      for (const managed of all.values()) {
        if (stopping.signal.aborted) return;
        await follow(managed).catch((error: unknown) =>
          log('warn', 'a read model cannot be looked at', { err: error, readModel: managed.definition.name }),
        );
      }
    }
  };
  /** Nobody promises that the database is there before the service: it is waited for until it is, or the service is stopped. */
  const untilThere = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (stopping.signal.aborted || !isSafeToRetry(error)) throw error;
        log('warn', 'waiting for what a read model is stored in', { err: error, readModel: name });
      }
    }
  };
  const commands = createCommands({
    ...{ all, registries, timing, follow, log, runtime, stopping: stopping.signal },
    ...{ events: options.events, leases: options.leases },
  });

  return {
    ...commands,
    add<B extends Build>(definition: ReadModelDefinition<B>): ServedReadModel<B> {
      const { name } = definition;
      checkDefinition(definition, all);
      const alias = createAlias({
        load: () => registries.ensure(name, newestOf(definition), stopping.signal),
        runtime,
        maxAgeMs: timing.aliasMaxAgeMs,
        staleMaxMs: timing.retireAfterMs / 2,
      });
      const documentsOf = openedBuilds(definition);
      const isLive = (build: number): boolean => alias.known?.serving === build;
      all.set(name, {
        definition,
        alias,
        documentsOf,
        running: runningBuilds(definition, documentsOf, isLive, openFeed),
      });
      return {
        name,
        async query(ask) {
          return ask(servingOf(name, await alias.current(), documentsOf));
        },
      };
    },
    async start() {
      for (const { definition, alias, documentsOf } of all.values()) {
        const registry = await untilThere(definition.name, alias.refresh);
        servingOf(definition.name, registry, documentsOf);
      }
      for (const managed of all.values()) await untilThere(managed.definition.name, () => follow(managed));
      loop = keepLooking();
      void commands.resume();
    },
    async stop() {
      stopping.abort();
      await loop;
      await turn;
      await Promise.all([...all.values()].map(({ running }) => running.stop()));
      await commands.settled();
    },
    health() {
      const entries = [...all.values()].map(({ definition, alias, running }) => {
        const builds = running.health().map(({ build, feed: { ranges, ...feed } }) => ({
          ...{ build, serving: build === alias.known?.serving, ...feed },
          stuck: ranges.flatMap(({ stuck }) => stuck).slice(0, 5),
        }));
        return [definition.name, builds] as const;
      });
      const healthy = entries.every(([, builds]) => builds.some((each) => each.serving && each.healthy));
      return { healthy, detail: Object.fromEntries(entries) };
    },
  };
}

function servingOf<B extends Build>(
  name: string,
  registry: Registry,
  documentsOf: (record: BuildRecord) => B | undefined,
): B {
  const record = buildOf(registry, registry.serving);
  const documents = record && documentsOf(record);
  if (documents !== undefined) return documents;
  const version = record?.version ?? 0;
  const remedy = `keep it in \`versions\` until a build of another version serves and this one is retired`;
  throw new ReadModelError('version-missing', name, `build ${registry.serving} is of version ${version}; ${remedy}`);
}

function checkDefinition({ name, versions }: ReadModelDefinition<Build>, all: ReadonlyMap<string, Managed>): void {
  const bad = (problem: string): ReadModelError => new ReadModelError('bad-definition', name, problem);
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(name)) throw bad('a name is 1 to 40 of a-z 0-9 -, and begins with a letter');
  if (all.has(name)) throw bad('there is one of that name already');
  const numbers = versions.map(({ version }) => version);
  if (numbers.length === 0 || new Set(numbers).size < numbers.length) throw bad('give each version once, at least one');
  if (numbers.some((version) => !Number.isInteger(version) || version < 1)) throw bad('versions are 1, 2, 3, …');
}
