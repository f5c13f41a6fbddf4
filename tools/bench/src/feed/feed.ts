import { join } from 'node:path';
import { systemRuntime } from '@daybook/ports';
import { startAzurite, startEventHubs } from '../emulator-process.ts';
import { openBench } from '../eventstore/bench-store.ts';
import { startScript } from '../script-process.ts';
import { round } from '../statistics.ts';
import type { AppenderPlan } from './appender-process.ts';
import { createArrivals } from './arrivals.ts';
import { consumerGroup, hubName, openPipeline } from './pipeline.ts';

/** What `npm run bench -- feed` measures. */
export interface FeedResults {
  /** Of the append alone, which the two below contain: what the machine and the store do with it. */
  readonly appendP99Ms: number;
  /** From the begin of an append to the written read model. */
  readonly readModelLagP99Ms: number;
  /** From the begin of an append to the consumer of the hub. */
  readonly hubLagP99Ms: number;
  /** Appended, and in the read model. */
  readonly eventsPerSecond: number;
}

/** What each result must be. */
export const feedTargets: Readonly<Record<keyof FeedResults, { readonly text: string; met(value: number): boolean }>> =
  {
    appendP99Ms: { text: 'none: a part of the others', met: (value) => value > 0 },
    readModelLagP99Ms: { text: 'less than 250', met: (value) => value < 250 },
    hubLagP99Ms: { text: 'less than 500', met: (value) => value < 500 },
    eventsPerSecond: { text: 'at least 190, of 200 appended', met: (value) => value >= 190 },
  };

const runtime = systemRuntime();
const perSecond = 200;
const streams = 200;
const warmSeconds = 5;
const seconds = 20;
const container = 'feed-events';
const arriveMsMax = 10_000;

export async function benchFeed(cosmos: string, repository: string): Promise<FeedResults> {
  const bench = await openBench(cosmos);
  const closing: (() => Promise<void>)[] = [async () => bench.client.dispose()];
  try {
    await bench.createContainer(container);
    const hubs = [{ name: hubName, partitions: 4, consumerGroups: [consumerGroup] }];
    const eventHubs = await startEventHubs(repository, hubs);
    closing.push(() => eventHubs.close());
    const blobs = await startAzurite(repository);
    closing.push(() => blobs.close());
    let countFromMs = Infinity;
    const [readModel, hub] = [createArrivals(() => countFromMs), createArrivals(() => countFromMs)];
    const places = { cosmos, eventHubs: eventHubs.endpoint, blobs: blobs.endpoint };
    const pipeline = await openPipeline({ ...places, container, readModel, hub });
    closing.push(() => pipeline.close());

    const plan: AppenderPlan = { endpoint: cosmos, container, perSecond, seconds: warmSeconds + seconds, streams };
    const script = join(import.meta.dirname, 'appender-process.ts');
    const appender = await startScript({ script, args: [JSON.stringify(plan)], ready: /appending/ });
    countFromMs = Date.now() + warmSeconds * 1_000;
    const said = await appender.ended();
    const { appended, appendP99Ms } = JSON.parse(said.trim().split('\n').at(-1) ?? '') as {
      readonly appended: number;
      readonly appendP99Ms: number;
    };
    const endMs = Date.now() + arriveMsMax;
    const isThrough = (): boolean => pipeline.feeds.every((feed) => feed.health().lagEvents === 0);
    while (!(isThrough() && hub.count >= readModel.count) && Date.now() < endMs) await runtime.sleep(50);
    if (hub.count < readModel.count || readModel.count > appended) {
      throw new Error(`${appended} appended; of those that count ${readModel.count} projected, ${hub.count} received`);
    }
    return {
      appendP99Ms,
      readModelLagP99Ms: round(readModel.p99Ms(), 0),
      hubLagP99Ms: round(hub.p99Ms(), 0),
      eventsPerSecond: round(readModel.perSecond(), 1),
    };
  } finally {
    for (const close of closing.reverse()) await close();
  }
}
