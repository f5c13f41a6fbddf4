import type { FeedHealth, FeedLimits, KeyHandler } from '@daybook/change-feed';
import type { StoredEvent } from '@daybook/eventstore';
import type { Build } from '../build.ts';
import { projectionHandler } from '../projection-handler.ts';
import type { ReadModelDefinition } from './read-model.ts';
import { buildFeed, buildName, type BuildRecord, type Registry } from './registry.ts';

/** A feed of the service's events as a build is driven by it. */
export interface DrivingFeed {
  start(): Promise<void>;
  stop(): Promise<void>;
  health(): FeedHealth;
}

/** Opens a feed; nothing is read before `start()`. */
export type OpenFeed = (
  name: string,
  handleKey: KeyHandler<StoredEvent>,
  options: {
    /** Whether the build serves: what cannot be handled is put aside then, and tried again without end while it only builds. */
    readonly isLive: () => boolean;
    readonly limits: Partial<FeedLimits>;
  },
) => DrivingFeed;

interface RunningBuild {
  readonly record: BuildRecord;
  readonly documents: Build;
  readonly feed: DrivingFeed;
}

export interface RunningBuilds {
  /** Starts the feeds of the builds that the registry names and stops all others. One call at a time. */
  follow(registry: Registry): Promise<void>;
  stop(): Promise<void>;
  health(): readonly { readonly build: number; readonly feed: FeedHealth }[];
}

/** The builds of one read model as this process drives them. */
export function runningBuilds<B extends Build>(
  definition: ReadModelDefinition<B>,
  documentsOf: (record: BuildRecord) => B | undefined,
  isLive: (build: number) => boolean,
  openFeed: OpenFeed,
): RunningBuilds {
  const running = new Map<number, RunningBuild>();
  const { name, pollMinMs } = definition;

  const begin = async (record: BuildRecord): Promise<void> => {
    const documents = documentsOf(record);
    if (documents === undefined) return;
    const live = (): boolean => isLive(record.build);
    const handle = projectionHandler([documents], () => ({ live: live() }));
    const limits = pollMinMs === undefined ? {} : { pollMinMs };
    const feed = openFeed(buildFeed(name, record.build), handle, { isLive: live, limits });
    try {
      await feed.start();
    } catch (error) {
      // The next look opens another one.
      await feed.stop();
      throw error;
    }
    running.set(record.build, { record, documents, feed });
  };

  return {
    async follow(registry) {
      const wanted = registry.builds.filter((each) => each.retiring !== true);
      const gone = [...running].filter(([build]) => !wanted.some((each) => each.build === build));
      for (const [build, { feed }] of gone) {
        running.delete(build);
        await feed.stop();
      }
      for (const record of wanted) if (!running.has(record.build)) await begin(record);
    },
    async stop() {
      const feeds = [...running.values()].map(({ feed }) => feed);
      running.clear();
      await Promise.all(feeds.map((feed) => feed.stop()));
    },
    health: () => [...running].map(([build, { feed }]) => ({ build, feed: feed.health() })),
  };
}

/** Opens the documents of a build, once each. */
export function openedBuilds<B extends Build>(
  definition: ReadModelDefinition<B>,
): (record: Pick<BuildRecord, 'build' | 'version'>) => B | undefined {
  const opened = new Map<number, B>();
  return ({ build, version }) => {
    const known = opened.get(build);
    if (known !== undefined) return known;
    const documents = definition.versions
      .find((each) => each.version === version)
      ?.open(buildName(definition.name, build));
    if (documents !== undefined) opened.set(build, documents);
    return documents;
  };
}
