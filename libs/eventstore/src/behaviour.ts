import { type Container, memoryContainer, systemRuntime } from '@daybook/ports';
import { aggregateBehaviour } from './test-support/aggregate-behaviour.ts';
import { appendBehaviour } from './test-support/append-behaviour.ts';
import { commandModelBehaviour } from './test-support/command-model-behaviour.ts';
import { divergedBehaviour } from './test-support/diverged-behaviour.ts';
import { hotStreamBehaviour } from './test-support/hot-stream-behaviour.ts';
import { modelBehaviour } from './test-support/model-behaviour.ts';
import { readBehaviour } from './test-support/read-behaviour.ts';
import { snapshotBehaviour } from './test-support/snapshot-behaviour.ts';
import { timeTravelBehaviour } from './test-support/time-travel-behaviour.ts';

/** An empty events container: partition key `/streamId`, unique key `/dedup`. */
export interface TestContainer {
  readonly container: Container;
  /** An empty snapshots container: partition key `/id`. Default: one in memory. */
  readonly snapshots?: Container;
  readonly close?: () => Promise<void>;
}

export interface BehaviourOptions {
  /** How many random histories are compared with the model. Default 200. */
  readonly histories?: number;
}

/**
 * What the event store promises, on any container: call it in a spec. Every test takes a stream of its own, so one container serves
 * them all.
 */
export function eventStoreBehaviour(
  name: string,
  createContainer: () => Promise<TestContainer>,
  options: BehaviourOptions = {},
): void {
  describe(`One suite for every store: ${name}`, () => {
    let opened: TestContainer | undefined;
    beforeAll(async () => {
      opened = await createContainer();
    });
    afterAll(async () => opened?.close?.());
    const container = (): Container => {
      if (opened === undefined) throw new Error('the container is not open');
      return opened.container;
    };

    const inMemory = memoryContainer({ name: 'snapshots', runtime: systemRuntime(), partitionKey: ({ id }) => id });
    const snapshots = (): Container => opened?.snapshots ?? inMemory;

    appendBehaviour(container);
    divergedBehaviour(container, snapshots);
    readBehaviour(container);
    timeTravelBehaviour(container);
    aggregateBehaviour(container);
    snapshotBehaviour(container, snapshots);
    hotStreamBehaviour(container);
    modelBehaviour(container, options.histories ?? 200);
    commandModelBehaviour(container, snapshots, options.histories ?? 200);
  });
}
