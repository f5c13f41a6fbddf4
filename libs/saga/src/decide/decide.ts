import { parseIntentKey } from '@daybook/contracts';
import type { Answer, SagaDefinition } from '../definition/definition.ts';
import type { IgnoredReason, SagaEvent } from '../events/saga-events.ts';
import { evolveSaga } from './evolve.ts';
import { advance, compensate } from './advance.ts';
import { takeAnswer } from './answers.ts';
import { createDraft, type Draft, type Moment } from './draft.ts';
import { setDeadline } from './issue.ts';
import { initialSaga, isFinished, type LiveSaga, type SagaState } from './state.ts';
import { takeTimer } from './timers.ts';

/** A message of hub `saga-inputs`, as far as a saga reads it. */
export interface SagaMessageInput extends Moment {
  readonly kind: 'message';
  readonly eventId: string;
  readonly commandKey: string;
  readonly correlationId: string;
  readonly traceparent: string;
  readonly answer: Answer;
}

export interface SagaTimerInput extends Moment {
  readonly kind: 'timer';
  readonly timerId: string;
}

export type SagaInput = SagaMessageInput | SagaTimerInput;

/** What a saga does about an input. None: it tells nothing that is worth an event. */
export function decideSaga(definition: SagaDefinition, input: SagaInput, state: SagaState): readonly SagaEvent[] {
  if (state.status === 'none') return input.kind === 'message' ? start(definition, input) : [];
  const draft = createDraft(definition, state, input);
  if (input.kind === 'timer') takeTimer(draft, input.timerId);
  else takeMessage(draft, input);
  return draft.events;
}

export function sagaIdOf(definition: SagaDefinition, data: Answer['data']): string {
  return `${definition.type}:${definition.keyOf(data)}`;
}

function start(definition: SagaDefinition, input: SagaMessageInput): readonly SagaEvent[] {
  if (input.answer.type !== definition.start.event) return [];
  const started: SagaEvent = {
    type: 'SagaStarted',
    data: {
      sagaId: sagaIdOf(definition, input.answer.data),
      sagaType: definition.type,
      definitionVersion: definition.version,
      context: { ...definition.start.contextOf(input.answer) },
      startedAt: new Date(input.nowMs).toISOString(),
      correlationId: input.correlationId,
      traceparent: input.traceparent,
    },
  };
  const draft = createDraft(definition, evolveSaga(initialSaga, started) as LiveSaga, input);
  if (definition.deadlineMs !== undefined) setDeadline(draft, definition.deadlineMs);
  if (definition.pivotAtStart) draft.add({ type: 'PivotPassed', data: {} });
  advance(draft);
  return [started, ...draft.events];
}

function takeMessage(draft: Draft, input: SagaMessageInput): void {
  const intent = parseIntentKey(input.commandKey);
  if (intent?.sagaId === draft.saga.sagaId) {
    takeAnswer(draft, intent, input.eventId, input.answer);
    return;
  }
  const reason = takeSignal(draft, input);
  if (reason !== undefined) draft.add({ type: 'InputIgnored', data: { reason, input: input.answer.type } });
}

/** @returns why the signal is ignored, where it is. */
function takeSignal(draft: Draft, { answer, eventId }: SagaMessageInput): IgnoredReason | undefined {
  const { definition, saga } = draft;
  if (isFinished(saga)) return 'saga-finished';
  if (answer.type === definition.start.event) return 'started-already';
  const awaited = definition.stages.flat().find((step) => step.kind === 'pivot')?.awaits;
  const passed = saga.pivotPassed || (awaited !== undefined && saga.signals.has(awaited));
  if (definition.cancelledBy.includes(answer.type)) {
    if (passed) return 'past-the-pivot';
    if (saga.status === 'compensating') return 'already-compensating';
    compensate(draft, { kind: 'cancelled', reason: 'cancelled' });
    return undefined;
  }
  if (answer.type !== awaited) return 'not-awaited';
  if (passed) return 'signal-repeated';
  if (saga.status === 'compensating') return 'already-compensating';
  draft.add({ type: 'SignalReceived', data: { type: answer.type, eventId } });
  advance(draft);
  return undefined;
}
