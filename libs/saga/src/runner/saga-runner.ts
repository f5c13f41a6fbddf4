import { type CloudEvent, sagaStream } from '@daybook/contracts';
import type { EventMetadata } from '@daybook/eventstore';
import type { Runtime } from '@daybook/ports';
import { decideSaga, type SagaInput } from '../decide/decide.ts';
import type { SagaDefinition } from '../definition/definition.ts';
import type { SagaEvent } from '../events/saga-events.ts';
import { inOrder, type Turn } from './in-order.ts';
import { createSagaRegistry } from './registry.ts';
import type { SagaStore } from './saga-store.ts';

/**
 * How a message or timer ended. All of them mean that it is done with; anything else is thrown and should be tried again.
 * - `recorded`: the saga's stream has grown by it (an `InputIgnored` included).
 * - `duplicate`: it had been recorded before. - `unchanged`: it tells the saga nothing that is worth an event.
 * - `no-saga`: there is no such saga, and it starts none.
 */
export type InputOutcome = 'recorded' | 'duplicate' | 'unchanged' | 'no-saga';

export interface SagaRunner {
  /**
   * Gives one message of hub `saga-inputs` to the saga that it concerns: an answer by the intent key in `commandkey`, everything else
   * by type and business key. Idempotent by the message's id.
   *
   * @throws SagaInputError for a message that no attempt will make good; UnknownSagaVersion and UnknownSchemaVersion for what newer
   * code knows; errors of the event store as they are.
   */
  handleInput(message: CloudEvent): Promise<InputOutcome>;
  /**
   * Several messages at once, in their order: those for one saga are decided one after another on one state and appended as one batch,
   * each under its own id, so that each counts once however it comes again. What comes after a message that cannot be decided, for the
   * same saga, is not decided either. Where the database fails, a later message may be recorded before an earlier one that comes again:
   * sagas take their inputs in any order.
   *
   * @returns how each ended
   * @throws the first error, once all of them have ended; any of them may have been recorded
   */
  handleInputs(messages: readonly CloudEvent[]): Promise<readonly InputOutcome[]>;
  /** Tells a saga that a timer is due. Idempotent by the timer's id, however many workers do it. */
  fireTimer(sagaId: string, timerId: string): Promise<InputOutcome>;
}

export type SagaLog = (
  level: 'info' | 'warn' | 'error',
  message: string,
  fields: Readonly<Record<string, unknown>>,
) => void;

export interface SagaRunnerOptions {
  /** From `createSagaStore`, with the same definitions. */
  readonly sagas: SagaStore;
  readonly definitions: readonly SagaDefinition[];
  readonly runtime: Runtime;
  readonly log?: SagaLog;
  /** Told of each event that a saga has recorded here; for metrics. */
  readonly onRecorded?: (sagaId: string, event: SagaEvent) => void;
  /** Who acts; default `service:fulfilment`. */
  readonly actor?: string;
}

/** The thin shell around the pure decision: finds the saga, gives it the moment, appends what it decides. */
export function createSagaRunner(options: SagaRunnerOptions): SagaRunner {
  const { sagas, runtime, log, actor = 'service:fulfilment' } = options;
  const registry = createSagaRegistry(options.definitions);

  const give = async (
    sagaId: string,
    input: SagaInput,
    metadata: EventMetadata,
    turn: Turn = (decide) => decide(),
  ): Promise<InputOutcome> => {
    const outcome = await sagas.execute({
      streamId: sagaStream(sagaId),
      metadata,
      decide: (state) => turn(() => decideSaga(registry.definitionFor(sagaId, state), input, state)),
    });
    switch (outcome.kind) {
      case 'appended':
        report(sagaId, outcome.events, metadata);
        return 'recorded';
      case 'duplicate':
        return 'duplicate';
      case 'unchanged':
        return outcome.state.status === 'none' ? 'no-saga' : 'unchanged';
      case 'refused':
      case 'version-mismatch':
        throw new Error(`${sagaId}: a saga neither refuses nor expects a version, but got ${outcome.kind}`);
      default:
        return unknownOutcome(outcome);
    }
  };

  const report = (
    sagaId: string,
    events: readonly SagaEvent[],
    { correlationId, traceparent }: Pick<EventMetadata, 'correlationId' | 'traceparent'>,
  ): void => {
    const fields = { sagaId, correlationId, traceparent };
    for (const event of events) {
      options.onRecorded?.(sagaId, event);
      if (event.type === 'InputIgnored') log?.('info', 'saga input ignored', { ...fields, ...event.data });
      if (event.type === 'SagaParked') log?.('warn', 'saga parked', { ...fields, ...event.data });
      if (event.type === 'CompensationStarted') log?.('info', 'saga turned round', { ...fields, ...event.data.cause });
    }
  };

  const handle = async (message: CloudEvent, turnOf: (sagaId: string) => Turn | undefined): Promise<InputOutcome> => {
    const { id, type, data, schemaversion, commandkey, correlationid, traceparent } = message;
    const answer = schemaversion === undefined ? { type, data } : { type, data, schemaVersion: schemaversion };
    const sagaIds = registry.concernedBy({ commandKey: commandkey, answer });
    const outcomes: InputOutcome[] = [];
    for (const sagaId of sagaIds) {
      const input: SagaInput = {
        kind: 'message',
        eventId: id,
        commandKey: commandkey,
        correlationId: correlationid,
        traceparent,
        answer,
        nowMs: runtime.now(),
        random: runtime.random(),
      };
      const metadata = { commandKey: id, correlationId: correlationid, causationId: id, actor, traceparent };
      outcomes.push(await give(sagaId, input, metadata, turnOf(sagaId)));
    }
    const outcome = outcomes.find((each) => each !== 'no-saga') ?? 'no-saga';
    if (outcome === 'no-saga') {
      const fields = { messageId: id, type, commandKey: commandkey, correlationId: correlationid, traceparent };
      log?.('warn', 'a message concerns no saga', fields);
    }
    return outcome;
  };

  return {
    handleInput: (message) => handle(message, () => undefined),

    async handleInputs(messages) {
      const turns = inOrder();
      // All are handed over in one turn: what waits there for one saga is one batch.
      const results = await Promise.allSettled(messages.map((message) => handle(message, turns)));
      return results.map((result) => {
        if (result.status === 'rejected') throw result.reason;
        return result.value;
      });
    },

    async fireTimer(sagaId, timerId) {
      const { state } = await sagas.load(sagaStream(sagaId));
      if (state.status === 'none') {
        log?.('warn', 'a timer concerns no saga', { sagaId, timerId });
        return 'no-saga';
      }
      const { correlationId, traceparent } = state;
      const metadata = { commandKey: timerId, correlationId, causationId: timerId, actor, traceparent };
      return give(sagaId, { kind: 'timer', timerId, nowMs: runtime.now(), random: runtime.random() }, metadata);
    },
  };
}

function unknownOutcome(outcome: never): never {
  throw new Error(`no such outcome: ${JSON.stringify(outcome)}`);
}
