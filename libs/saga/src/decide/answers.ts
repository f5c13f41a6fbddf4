import type { IntentKey } from '@daybook/contracts';
import type { Answer, CommandStep, Reason, Reply, SagaDefinition } from '../definition/definition.ts';
import type { IgnoredReason } from '../events/saga-events.ts';
import { advance, compensate } from './advance.ts';
import type { Draft } from './draft.ts';
import { actionOf, pause, probeLater } from './issue.ts';
import { isAwaited, isFinished, type ItemState, stepKey } from './state.ts';

/** An answer to one of the saga's commands. It counts only for a step, item, phase and round that is awaited. */
export function takeAnswer(draft: Draft, intent: IntentKey, answerId: string, given: Answer): void {
  const answer = unwrap(given);
  const step = commandStep(draft.definition, intent.step);
  if (step === undefined || (intent.phase === 'undo' && step.compensation === undefined)) {
    ignore(draft, 'not-awaited', answer);
    return;
  }
  const reply = actionOf(step, intent.phase).replyTo(answer);
  if (reply.outcome === 'progress') return;
  const reason = whyIgnored(draft, intent, reply);
  if (reason !== undefined) {
    ignore(draft, reason, answer);
    return;
  }
  const parkedBefore = draft.saga.parked.size > 0;
  const { phase, item, round } = intent;
  apply(draft, step, { step: step.name, phase, item, round, answerType: answer.type, answerId }, reply);
  const told = draft.events.some((event) => event.type === 'SagaUnparked');
  if (parkedBefore && draft.saga.parked.size === 0 && !told) {
    draft.add({ type: 'SagaUnparked', data: { reason: 'answered' } });
  }
  if (!isFinished(draft.saga)) advance(draft);
}

/** The step that a name stands for, where it sends commands. */
export function commandStep(definition: SagaDefinition, name: string): CommandStep | undefined {
  if (definition.closing?.name === name) return definition.closing;
  const step = definition.stages.flat().find((candidate) => candidate.name === name);
  return step?.kind === 'pivot' ? undefined : step;
}

/** Given once more, an answer counts as the one it repeats. */
function unwrap(answer: Answer): Answer {
  if (answer.type !== 'OutcomeRepeated') return answer;
  const { type, data } = answer.data;
  if (typeof type !== 'string' || typeof data !== 'object' || data === null) return answer;
  return { type, data: data as Answer['data'] };
}

function ignore(draft: Draft, reason: IgnoredReason, answer: Answer): void {
  draft.add({ type: 'InputIgnored', data: { reason, input: answer.type } });
}

function whyIgnored(draft: Draft, intent: IntentKey, reply: Reply): IgnoredReason | undefined {
  if (isFinished(draft.saga)) return 'saga-finished';
  const item = itemOf(draft, intent);
  if (item === undefined || !isAwaited(item) || item.round !== intent.round) return 'not-awaited';
  return reply.outcome === 'foreign' ? 'not-an-answer' : undefined;
}

interface AnswerPlace extends IntentPlace {
  readonly round: number;
  readonly answerType: string;
  readonly answerId: string;
}
type IntentPlace = Pick<IntentKey, 'step' | 'phase' | 'item'>;

function apply(draft: Draft, step: CommandStep, place: AnswerPlace, reply: Reply): void {
  if (reply.outcome === 'succeeded') draft.add({ type: 'StepSucceeded', data: place });
  if (reply.outcome === 'refused') refused(draft, step, place, reply);
  if (reply.outcome === 'unknown') unknown(draft, step, place, reply);
}

/** Asked again until the participant's horizon is over: only then what is unknown stays so, and the step is undone like one that was done. */
function unknown(draft: Draft, step: CommandStep, place: AnswerPlace, reply: Reason): void {
  const { probe } = step;
  const { nowMs } = draft.moment;
  const since = itemOf(draft, place)?.probedUntil;
  const untilMs = since === undefined ? nowMs + (probe?.horizonMs ?? 0) : Date.parse(since);
  if (probe !== undefined && nowMs < untilMs) {
    const probedUntil = new Date(untilMs).toISOString();
    draft.add({ type: 'StepUnknown', data: { ...place, ...why(reply), probedUntil } });
    probeLater(draft, step, place.item, probe.everyMs, untilMs);
    return;
  }
  const wasParked = itemOf(draft, place)?.status === 'parked';
  draft.add({ type: 'StepUnknown', data: { ...place, ...why(reply) } });
  if (wasParked) sayUnparked(draft);
  compensate(draft, { kind: 'unknown', ...why(reply), step: place.step, item: place.item });
}

function refused(draft: Draft, step: CommandStep, place: AnswerPlace, reply: Reason): void {
  const item = itemOf(draft, place);
  // One that is parked waits for an operator, or for an answer that ends it.
  const mayWait = item?.status !== 'parked' && (item?.sent ?? 0) < actionOf(step, place.phase).retry.attempts;
  const transient = reply.transient === true && mayWait;
  draft.add({ type: 'StepRefused', data: { ...place, ...why(reply), transient } });
  if (transient) pause(draft, step, place.phase, place.item);
  else if (step.kind === 'compensable' && place.phase === 'do') {
    if (item?.status === 'parked') sayUnparked(draft);
    compensate(draft, { kind: 'refused', ...why(reply), step: place.step, item: place.item });
  } else {
    draft.add({
      type: 'SagaParked',
      data: { step: place.step, phase: place.phase, items: [place.item], ...why(reply) },
    });
  }
}

/** Before the saga turns round: said after that it would hide why it did. */
function sayUnparked(draft: Draft): void {
  if (draft.saga.parked.size === 0) draft.add({ type: 'SagaUnparked', data: { reason: 'answered' } });
}

function why({ reason, detail }: Reason): { reason: string; detail?: string } {
  return detail === undefined ? { reason } : { reason, detail: detail.slice(0, 1_000) };
}

function itemOf(draft: Draft, { step, phase, item }: IntentPlace): ItemState | undefined {
  return draft.saga.steps.get(stepKey(step, phase))?.items.get(item);
}
