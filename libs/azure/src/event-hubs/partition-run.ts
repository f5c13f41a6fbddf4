import type { PartitionContext, ReceivedEventData } from '@azure/event-hubs';
import type { HubHandler, Runtime } from '@daybook/ports';
import { type Checkpointer, checkpointer } from './checkpointer.ts';
import { receivedMessage } from './received-message.ts';

/** One partition from the moment it is taken until it is given up. */
export interface PartitionRun {
  readonly held: boolean;
  /** Sequence number of the last message that is done; absent until it is known where the partition was begun. */
  readonly doneSequenceNumber: number | undefined;
  /** Everything up to this one was done before. */
  begunAfter(sequenceNumber: number): void;
  /** Gives messages to the handler until it accepts them or the run ends. */
  handle(events: readonly ReceivedEventData[], context: PartitionContext): Promise<void>;
  /** Resolves when the handler has nothing in hand. */
  idle(): Promise<void>;
  /** Takes nothing more, waits for what is in hand up to the limit, writes the checkpoint. */
  stop(limitMs: number): Promise<void>;
  /** Another instance has the partition: what is in hand no longer counts, nor does a checkpoint that is not written yet. */
  lose(): Promise<void>;
}

const pauseMsMin = 100;
const pauseMsMax = 5_000;

export function partitionRun(options: {
  readonly partitionId: string;
  readonly handler: HubHandler;
  readonly runtime: Runtime;
  readonly checkpointIntervalMs: number;
  /** The last time this instance held the partition: its handler may still be at work. */
  readonly previous: PartitionRun | undefined;
}): PartitionRun {
  const { partitionId, handler, runtime } = options;
  const stopping = new AbortController();
  const abandoned = new AbortController();
  let checkpoints: Checkpointer<ReceivedEventData> | undefined;
  let inHand: Promise<void> = options.previous?.idle() ?? Promise.resolve();
  let held = true;
  let done: number | undefined;

  const checkpointsOf = (context: PartitionContext): Checkpointer<ReceivedEventData> =>
    (checkpoints ??= checkpointer({
      runtime,
      intervalMs: options.checkpointIntervalMs,
      write: (event) => context.updateCheckpoint(event),
      onError: (error) => handler.onError?.(error),
    }));

  // Once one batch has been left undone nothing behind it may be handled: `stopping` is never taken back.
  const give = async (events: readonly ReceivedEventData[], context: PartitionContext): Promise<void> => {
    const messages = events.map((event) => receivedMessage(event, partitionId));
    for (let pauseMs = pauseMsMin; !stopping.signal.aborted; pauseMs = Math.min(pauseMs * 2, pauseMsMax)) {
      try {
        await handler.onMessages(messages, abandoned.signal);
        const last = events.at(-1);
        if (abandoned.signal.aborted || last === undefined) return;
        done = last.sequenceNumber;
        checkpointsOf(context).reached(last);
        return;
      } catch (error) {
        handler.onError?.(error);
        await runtime.sleep(pauseMs, stopping.signal);
      }
    }
  };

  return {
    get held() {
      return held;
    },
    get doneSequenceNumber() {
      return done;
    },
    begunAfter(sequenceNumber) {
      done ??= sequenceNumber;
    },
    handle(events, context) {
      inHand = inHand.then(() => give(events, context));
      return inHand;
    },
    idle: () => inHand,
    async stop(limitMs) {
      stopping.abort();
      const finished = new AbortController();
      await Promise.race([inHand.then(() => finished.abort()), runtime.sleep(limitMs, finished.signal)]);
      if (!finished.signal.aborted) abandoned.abort();
      held = false;
      await checkpoints?.flush();
    },
    async lose() {
      held = false;
      stopping.abort();
      abandoned.abort();
      checkpoints?.drop();
    },
  };
}
