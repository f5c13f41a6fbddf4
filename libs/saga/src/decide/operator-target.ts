import { type Refusal, refuse } from '@daybook/ports';
import type { CommandStep } from '../definition/definition.ts';
import type { OperatorAction, SagaPhase } from '../events/saga-events.ts';
import { commandStep } from './answers.ts';
import type { Draft } from './draft.ts';
import { actionOf } from './issue.ts';
import { isAwaited, type ItemState, type StepState } from './state.ts';

/** Where: what is left out is filled in where there is only one possibility. */
interface Where {
  readonly step?: string | undefined;
  readonly phase?: SagaPhase | undefined;
  /** Default: all that it can be done to. */
  readonly items?: readonly string[] | undefined;
}

/** An intervention at one step. */
export type TargetRequest =
  | ({ readonly action: 'retry' } & Where)
  /** The step is declared done: `evidence` says by what. */
  | ({ readonly action: 'skip'; readonly evidence: string } & Where)
  /** Nobody answered, and the operator has found out how it ended. */
  | ({ readonly action: 'resolve'; readonly outcome: 'succeeded' | 'failed'; readonly evidence: string } & Where);

const rules: Readonly<
  Record<
    TargetRequest['action'],
    { readonly code: string; readonly what: string; readonly may: (item: ItemState) => boolean }
  >
> = {
  retry: { code: 'not-parked', what: 'parked', may: (item) => item.status === 'parked' },
  skip: { code: 'not-awaited', what: 'waited for', may: (item) => isAwaited(item) || item.status === 'pausing' },
  resolve: {
    code: 'not-in-doubt',
    what: 'without an answer (a refusal is one: retry it, or skip it)',
    may: (item) => isAwaited(item) && item.refused !== true,
  },
};

/** The step and the items that an intervention is for, or why it cannot be. */
export function targetOf(draft: Draft, request: TargetRequest): OperatorAction | Refusal {
  const rule = rules[request.action];
  const found = [...draft.saga.steps.values()].filter(
    ({ step, phase, items }) =>
      (request.step === undefined || step === request.step) &&
      (request.phase === undefined || phase === request.phase) &&
      isCurrent(draft, phase, step) &&
      [...items.values()].some(rule.may),
  );
  const [at] = found;
  if (at === undefined) return refuse(rule.code, `${named(request)} ${rule.what}.`, { awaited: awaitedSteps(draft) });
  if (found.length > 1) {
    const steps = found.map(({ step, phase }) => ({ step, phase }));
    const list = steps.map(({ step, phase }) => `${step} (${phase})`).join(', ');
    return refuse('step-needed', `Say which one by step and phase: ${list}.`, { steps });
  }
  const items = itemsOf(at, request, rule);
  if (isRefusal(items)) return items;
  const where = { step: at.step, phase: at.phase, items: [...items] };
  if (request.action === 'retry') return { action: 'retry', ...where };
  if (request.action === 'resolve') {
    return { action: 'resolve', ...where, outcome: request.outcome, evidence: request.evidence };
  }
  return maySkip(draft, at) ?? { action: 'skip', ...where, evidence: request.evidence };
}

export function isRefusal(value: object): value is Refusal {
  return 'refused' in value;
}

/** What was asked for on the way forward means nothing once the saga has turned round; but for the closing step. */
function isCurrent({ saga, definition }: Draft, phase: SagaPhase, step: string): boolean {
  return saga.status === 'running' || phase === 'undo' || definition.closing?.name === step;
}

function itemsOf(
  { step, items }: StepState,
  request: TargetRequest,
  rule: (typeof rules)[TargetRequest['action']],
): readonly string[] | Refusal {
  const possible = [...items].flatMap(([id, item]) => (rule.may(item) ? [id] : []));
  if (request.items === undefined || request.items.length === 0) return possible;
  const wrong = request.items.filter((id) => !possible.includes(id));
  if (wrong.length === 0) return [...new Set(request.items)];
  return refuse(rule.code, `${step} of ${wrong.slice(0, 10).join(', ')} is not ${rule.what}.`, {
    possible: possible.slice(0, 100),
  });
}

function maySkip({ definition }: Draft, { step, phase }: StepState): Refusal | undefined {
  const found: CommandStep | undefined = commandStep(definition, step);
  if (found !== undefined && actionOf(found, phase).skippable !== undefined) return undefined;
  return refuse(
    'not-skippable',
    `The definition of ${definition.type} does not let ${phase === 'undo' ? 'undo ' : ''}${step} be skipped. Retry it, or resolve it.`,
  );
}

function awaitedSteps({ saga }: Draft): readonly string[] {
  return [...saga.steps.values()]
    .filter(({ items }) => [...items.values()].some(isAwaited))
    .map(({ step, phase }) => `${step} (${phase})`);
}

function named({ step, phase }: Where): string {
  if (step === undefined) return 'No step is';
  return `${phase === undefined ? step : `${step} (${phase})`} is not`;
}
