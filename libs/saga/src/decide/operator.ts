import { type Decision, type Refusal, refuse } from '@daybook/ports';
import type { SagaDefinition } from '../definition/definition.ts';
import type { OperatorAction, SagaEvent } from '../events/saga-events.ts';
import { advance, compensate } from './advance.ts';
import { commandStep } from './answers.ts';
import { createDraft, type Draft, type Moment } from './draft.ts';
import { isRefusal, targetOf, type TargetRequest } from './operator-target.ts';
import { atStake, sumOf } from './stakes.ts';
import { isFinished, type LiveSaga, type Proposal, type SagaState } from './state.ts';
import { whyNoTurn } from './turn-round.ts';

/** What an operator asks for. */
export type OperatorRequest = Intervention | ProposalAnswer;

type Intervention =
  TargetRequest | { readonly action: 'cancel' } | { readonly action: 'force-compensate'; readonly evidence: string };

/** Says yes or no to what another one proposed. */
interface ProposalAnswer {
  readonly action: 'approve' | 'decline';
  readonly proposalId: string;
}

export interface OperatorCommand extends Moment {
  readonly request: OperatorRequest;
  /** `operator:<id>`. */
  readonly actor: string;
  readonly reason: string;
  /** The version of the saga's stream that they have seen. */
  readonly expectedVersion: number;
  /** True: what moves money is only proposed, and carried out when another one approves. */
  readonly secondPerson: boolean;
}

/** A proposal that nobody approved lapses. */
export const proposalLapsesMs = 24 * 3_600_000;
/** Open proposals of one saga. */
export const proposalsMax = 10;

/**
 * What an operator's intervention makes of a saga: an event that says who, what and why, and what follows from it. Pure: to see what
 * would happen, decide and do not append.
 */
export function decideOperator(
  definition: SagaDefinition,
  command: OperatorCommand,
  state: SagaState,
): Decision<SagaEvent> {
  if (state.status === 'none') return refuse('saga-unknown', 'There is no such saga.');
  if (isFinished(state))
    return refuse('saga-finished', `It is ${state.status}: nothing can be done about it any more.`);
  const draft = createDraft(definition, state, command);
  const { request } = command;
  const refusal = isAnswer(request) ? answerProposal(draft, command, request) : intervene(draft, command, request);
  return refusal ?? draft.events;
}

/** True where the intervention changes what happens to money: such a step, or turning round a saga that holds some. */
export function movesMoney(definition: SagaDefinition, saga: LiveSaga, action: OperatorAction): boolean {
  if (turnsRound(definition, action)) return atStake(definition, saga).money.length > 0;
  const step = commandStep(definition, action.step);
  return step !== undefined && sumOf(action.items.map((item) => step.stakeOf(saga.context, item))).money.length > 0;
}

type WholeSaga = Extract<OperatorAction, { action: 'cancel' | 'force-compensate' }>;
type Failed = Extract<OperatorAction, { action: 'resolve' }>;

/** A step before the pivot that is declared to have failed turns the saga round like a cancellation. */
function turnsRound(definition: SagaDefinition, action: OperatorAction): action is WholeSaga | Failed {
  if (action.action === 'cancel' || action.action === 'force-compensate') return true;
  if (action.action !== 'resolve' || action.outcome !== 'failed') return false;
  return action.phase === 'do' && commandStep(definition, action.step)?.kind === 'compensable';
}

function isAnswer(request: OperatorRequest): request is ProposalAnswer {
  return request.action === 'approve' || request.action === 'decline';
}

function intervene(draft: Draft, command: OperatorCommand, request: Intervention): Refusal | undefined {
  const action = actionOf(draft, request);
  if (isRefusal(action)) return action;
  const { actor, reason, expectedVersion } = command;
  if (!command.secondPerson || !movesMoney(draft.definition, draft.saga, action)) {
    act(draft, { actor, reason, expectedVersion, action });
    return undefined;
  }
  const open = draft.saga.proposals.size;
  if (open >= proposalsMax) return refuse('too-many-proposals', `${open} proposals wait already: decline some first.`);
  const proposalId = `${draft.saga.sagaId}/proposal/${draft.saga.proposalsMade + 1}`;
  const lapsesAt = new Date(command.nowMs + proposalLapsesMs).toISOString();
  draft.add({ type: 'OperatorProposed', data: { proposalId, actor, reason, expectedVersion, action, lapsesAt } });
  return undefined;
}

/** The request with everything that it leaves open filled in, checked against the saga as it stands. */
function actionOf(draft: Draft, request: Intervention): OperatorAction | Refusal {
  if (request.action !== 'cancel' && request.action !== 'force-compensate') return targetOf(draft, request);
  const refusal = whyNoTurn(draft, request.action);
  if (refusal !== undefined) return refusal;
  return request.action === 'cancel'
    ? { action: 'cancel' }
    : { action: 'force-compensate', evidence: request.evidence };
}

function answerProposal(
  draft: Draft,
  { actor, reason, expectedVersion, nowMs }: OperatorCommand,
  { action: answer, proposalId }: ProposalAnswer,
): Refusal | undefined {
  const proposal = draft.saga.proposals.get(proposalId);
  if (proposal === undefined) {
    return refuse('proposal-unknown', `There is no open proposal ${proposalId}.`, {
      proposals: [...draft.saga.proposals.keys()],
    });
  }
  if (answer === 'decline') {
    draft.add({ type: 'OperatorDeclined', data: { actor, reason, proposalId } });
    return undefined;
  }
  if (actor === proposal.actor) {
    return refuse('second-person-needed', `${actor} proposed it: somebody else has to approve.`);
  }
  if (Date.parse(proposal.lapsesAt) < nowMs) {
    return refuse('proposal-lapsed', `It lapsed at ${proposal.lapsesAt}: decline it, and propose it anew.`);
  }
  const action = stillPossible(draft, proposal);
  if (isRefusal(action)) return action;
  act(draft, { actor, reason, expectedVersion, action, proposedBy: proposal.actor, proposalId });
  return undefined;
}

/** The saga may have gone on since it was proposed. */
function stillPossible(draft: Draft, { action }: Proposal): OperatorAction | Refusal {
  return actionOf(draft, action);
}

function act(draft: Draft, acted: Extract<SagaEvent, { type: 'OperatorActed' }>['data']): void {
  const parkedBefore = draft.saga.parked.size > 0;
  draft.add({ type: 'OperatorActed', data: acted });
  if (parkedBefore && draft.saga.parked.size === 0) draft.add({ type: 'SagaUnparked', data: { reason: 'operator' } });
  const { action, actor, reason } = acted;
  switch (action.action) {
    case 'cancel':
    case 'force-compensate': {
      const why = action.action === 'cancel' ? cancelledByOperator : forcedByOperator;
      compensate(draft, { kind: 'operator', reason: why, detail: `${actor}: ${reason}` });
      return;
    }
    case 'resolve':
      if (action.outcome === 'failed') {
        resolvedAsFailed(draft, action);
        return;
      }
      break;
    case 'retry':
    case 'skip':
      break;
    default:
      unknownAction(action);
  }
  advance(draft);
}

/** The reasons of a saga that an operator turned round. */
export const cancelledByOperator = 'cancelled-by-operator';
export const forcedByOperator = 'forced-by-operator';
const resolvedReason = 'resolved-as-failed';

/** As if the participant had refused: before the pivot it turns the saga round, anywhere else it waits for an operator. */
function resolvedAsFailed(draft: Draft, action: Extract<OperatorAction, { action: 'resolve' }>): void {
  const { step, phase, items, evidence } = action;
  const why = { reason: resolvedReason, detail: evidence };
  if (turnsRound(draft.definition, action)) {
    compensate(draft, { kind: 'refused', ...why, step });
    return;
  }
  draft.add({ type: 'SagaParked', data: { step, phase, items, ...why } });
  advance(draft);
}

function unknownAction(action: never): never {
  throw new Error(`no such action: ${JSON.stringify(action)}`);
}
