import { type Document, type FeedRange, isContainerError } from '@daybook/ports';
import { fairShare, rangesToAskFor } from './balance.ts';
import type { FeedProcessor, FeedProcessorOptions } from './feed-options.ts';
import { type FeedHealth, healthOf, measurementsOf } from './feed-health.ts';
import { createLeaseStore } from './lease-store.ts';
import { checkedLimits } from './limits.ts';
import { planOf } from './plan.ts';
import { type RangeSession, openRangeSession } from './range-session.ts';
import { type Leaf, leavesOf, placementsOf } from './ranges.ts';
import { tell, tellError } from './tell.ts';
import { createWakeup } from './wakeup.ts';

/** Builds a processor; nothing happens before `start()`. It runs once: after `stop()` build another. @throws FeedOptionsError */
export function createFeedProcessor<T extends Document>(feed: FeedProcessorOptions<T>): FeedProcessor {
  const limits = checkedLimits(feed);
  const { runtime, instance } = feed;
  const { leaseDurationMs, renewEveryMs } = limits;
  const store = createLeaseStore({ ...feed, feed: feed.name, leaseDurationMs, reservedMs: renewEveryMs / 3 });
  const sessions = new Map<string, RangeSession>();
  const stopping = new AbortController();
  const look = createWakeup(runtime);
  let plan: readonly FeedRange[] | undefined;
  let leaves: readonly Leaf[] = [];
  let startedAtMs: number | undefined;
  let loop: Promise<void> = Promise.resolve();

  const placements = () => placementsOf(leaves, store, sessions, instance);
  const held = (): number => [...sessions.values()].filter((session) => !session.leaving).length;
  /** Another asks for a range that is held here: it is given while this instance has more than its share. */
  const accepts = (asking: string): boolean => {
    const seen = [...placements(), { rangeId: '', holder: asking, moving: true }];
    const instances = new Set([instance, ...seen.map(({ holder }) => holder ?? instance)]);
    // Who asks for one range asks for others, too: they need not wait for the next renewal to be noticed.
    for (const session of sessions.values()) session.renew();
    return held() > Math.floor(leaves.length / instances.size);
  };

  const open = async ({ range, parent }: Leaf): Promise<void> => {
    const observation = store.lastSeen(range);
    if (observation === undefined || !store.isFree(observation)) return;
    const lease = await store.claim(range, observation, parent, accepts);
    if (lease === undefined) return;
    const from = observation.lease?.owner;
    tell(feed, 'range taken', { rangeId: range.id, ...(from === undefined ? {} : { from }) });
    const session = openRangeSession({ feed, limits, range, lease });
    sessions.set(range.id, session);
    void session.closed.then(() => {
      sessions.delete(range.id);
      store.forget(range);
      const to = session.promisedTo;
      tell(feed, 'range left', { rangeId: range.id, ...(to === undefined ? {} : { to }) });
      // It was split, rewound or lost: what is to be done now is seen at the next look.
      if (to === undefined) look.wake();
    });
  };

  /** Looks at all leases, takes what is free and due to this instance, asks for what others have too much of. True: it waits for something. */
  const scan = async (): Promise<boolean> => {
    plan ??= await planOf({ ...feed, feed: feed.name, minRanges: limits.minRanges });
    leaves = shuffled(await leavesOf(plan, store, (rangeId) => sessions.has(rangeId)), runtime.random);
    const isOurs = ({ range }: Leaf): boolean => store.lastSeen(range)?.lease?.wantedBy === instance;
    const others = leaves.filter(({ range }) => !sessions.has(range.id));
    for (const leaf of [...others.filter(isOurs), ...others.filter((each) => !isOurs(each))]) {
      if (stopping.signal.aborted) return false;
      if (held() < fairShare(placements(), instance).most) await open(leaf);
    }
    const wanted = rangesToAskFor(placements(), instance);
    for (const { range } of leaves.filter(({ range: { id } }) => wanted.includes(id))) {
      const observation = store.lastSeen(range);
      if (observation !== undefined && !stopping.signal.aborted) await store.ask(observation);
    }
    const isUnheld = ({ range }: Leaf): boolean => store.lastSeen(range)?.lease?.owner === undefined;
    return wanted.length > 0 || others.some((leaf) => isOurs(leaf) || (!sessions.has(leaf.range.id) && isUnheld(leaf)));
  };

  const keepScanning = async (): Promise<void> => {
    let waits = true;
    while (!stopping.signal.aborted) {
      // Not in step with the others.
      const pauseMs = renewEveryMs * (0.75 + runtime.random() / 4);
      await look.wait(waits ? pauseMs / 4 : pauseMs);
      if (stopping.signal.aborted) return;
      try {
        waits = await scan();
      } catch (error) {
        tellError(feed, error, { during: 'lease' });
      }
    }
  };

  const health = (): FeedHealth =>
    healthOf({ leaves, sessions, store, limits, nowMs: runtime.now(), startedAtMs, stopped: stopping.signal.aborted });
  let unobserve = (): void => undefined;

  return {
    async start() {
      if (startedAtMs !== undefined) throw new Error(`feed ${feed.name}: started before; build another processor`);
      startedAtMs = runtime.now();
      const ends = (['projection.lag_seconds', 'projection.lag_events'] as const).map((name) =>
        feed.metrics?.observe(name, () => measurementsOf(feed.name, name, health())),
      );
      unobserve = () => ends.forEach((end) => end?.());
      const first = scan();
      loop = first.then(keepScanning, keepScanning);
      try {
        await first;
      } catch (error) {
        tellError(feed, error, { during: 'lease' });
        const hopeless = !isContainerError(error) || ['forbidden', 'not-found', 'bad-request'].includes(error.code);
        if (!hopeless) return;
        stopping.abort();
        look.wake();
        unobserve();
        await Promise.all([loop, ...[...sessions.values()].map((session) => session.stop())]);
        throw error;
      }
    },
    async stop() {
      stopping.abort();
      look.wake();
      await Promise.all([...sessions.values()].map((session) => session.stop()));
      await loop;
      // A range may have been taken in the very moment.
      await Promise.all([...sessions.values()].map((session) => session.stop()));
      unobserve();
    },
    nudge() {
      for (const session of sessions.values()) session.nudge();
    },
    health,
  };
}

function shuffled<T>(items: readonly T[], random: () => number): readonly T[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
