import type { ActionDefinition, CommandStep, SagaDefinition, SagaStep } from './definition.ts';
import { waveMax } from './erase.ts';
import { SagaDefinitionError } from './errors.ts';
import { longestMs } from './retry.ts';

const attemptsMax = 100;

/** They have a meaning of their own in diagrams and lists. */
const reservedNames = ['start', 'end', 'completed', 'compensated'];

/** Refuses what could not run right. @throws SagaDefinitionError */
export function checkDefinition(definition: SagaDefinition): void {
  const fail = (step: string | undefined, message: string): never => {
    throw new SagaDefinitionError(definition.type, step, message);
  };
  if (!/^[A-Z][A-Za-z]{0,39}$/.test(definition.type)) {
    fail(undefined, 'type: must be 1 to 40 letters beginning with a capital, for it is part of every key');
  }
  if (!Number.isInteger(definition.version) || definition.version < 1) fail(undefined, 'version: count from 1');

  const steps = definition.stages.flat();
  const named = definition.closing === undefined ? steps : [...steps, definition.closing];
  for (const [index, { name }] of named.entries()) {
    if (!/^[a-z][a-z-]{0,39}$/.test(name)) fail(name, 'name: must be 1 to 40 small letters and dashes');
    if (reservedNames.includes(name)) fail(name, `name: ${reservedNames.join(', ')} are taken`);
    if (named.findIndex((other) => other.name === name) < index)
      fail(name, 'name: there is a step of that name already');
  }
  checkPivot(definition, steps, fail);
  for (const step of named) {
    if (step.kind !== 'pivot') checkStep(step, fail);
  }
  checkDeadline(definition, fail);
  checkMigrations(definition, fail);
  if (definition.pivotAtStart) {
    if (definition.cancelledBy.length > 0)
      fail(undefined, 'cancelledBy: nothing can call it off, since the start is its pivot');
    if (definition.closing !== undefined)
      fail(definition.closing.name, 'closing: it never turns round, since the start is its pivot');
  }
}

function checkDeadline({ deadlineMs, stages, pivotAtStart }: SagaDefinition, fail: Fail): void {
  if (deadlineMs === undefined) return;
  if (pivotAtStart) fail(undefined, 'deadline: leave it out; it cannot turn round, since the start is its pivot');
  if (!(Number.isInteger(deadlineMs) && deadlineMs > 0))
    fail(undefined, 'deadline: must be whole milliseconds, more than 0');
  const before = stages.map((stage) => stage.filter((step): step is CommandStep => step.kind === 'compensable'));
  const lasting = before
    .flat()
    .map((step) => ({ name: step.name, ms: longestMs(step.action.retry) + (step.probe?.horizonMs ?? 0) }));
  const msOf = (name: string): number => lasting.find((each) => each.name === name)?.ms ?? 0;
  // Steps of one stage run beside each other.
  const sum = before.reduce((total, stage) => total + Math.max(0, ...stage.map(({ name }) => msOf(name))), 0);
  if (sum <= deadlineMs) return;
  const parts = lasting.map(({ name, ms }) => `${name} ${ms}`).join(', ');
  fail(
    undefined,
    `deadline: ${deadlineMs} ms is less than the ${sum} ms that the steps before the pivot may take (${parts}): make it longer, or their retries shorter`,
  );
}

function checkMigrations({ migrations, version, stages }: SagaDefinition, fail: Fail): void {
  for (const [index, { from, at }] of migrations.entries()) {
    if (!(Number.isInteger(from) && from >= 1 && from < version)) {
      fail(undefined, `migrate.from: must be a version before ${version}, not ${from}`);
    }
    if (migrations.findIndex((other) => other.from === from) < index) {
      fail(undefined, `migrate.from: there is a migration from ${from} already; one version goes over at one step`);
    }
    if (!stages.some(([first]) => first?.name === at)) {
      fail(undefined, `migrate.at: ${at} must be a step of this version that begins a stage`);
    }
  }
}

type Fail = (step: string | undefined, message: string) => never;

function checkPivot(definition: SagaDefinition, steps: readonly SagaStep[], fail: Fail): void {
  const pivots = steps.filter((step) => step.kind === 'pivot');
  const count = pivots.length + (definition.pivotAtStart ? 1 : 0);
  if (count === 0)
    fail(undefined, 'there is no pivot: add .pivot(name, { awaits }), or .pivotAtStart() where nothing can be undone');
  if (count > 1) fail(pivots.at(-1)?.name, 'there is a pivot already: a saga has exactly one point of no return');
  const pivot = pivots[0];
  const at = pivot === undefined ? -1 : steps.indexOf(pivot);
  for (const [index, step] of steps.entries()) {
    if (step.kind === 'compensable' && index > at) {
      fail(step.name, 'comes after the pivot, where nothing is undone any more: use .retriable');
    }
    if (step.kind === 'retriable' && index < at)
      fail(step.name, 'comes before the pivot: use .step, with its compensation');
    const before = steps[index - 1];
    if (step.kind !== 'pivot' && step.alongside && before?.kind !== step.kind) {
      fail(step.name, 'alongside: there is no step of its kind before it');
    }
  }
  if (pivot !== undefined && definition.cancelledBy.includes(pivot.awaits)) {
    fail(pivot.name, `awaits: ${pivot.awaits} cannot both pass the pivot and call the saga off`);
  }
}

function checkStep(step: CommandStep, fail: Fail): void {
  if (!(Number.isInteger(step.inFlightMax) && step.inFlightMax >= 1 && step.inFlightMax <= waveMax)) {
    fail(step.name, `each.inFlightMax: must be 1 to ${waveMax}`);
  }
  checkAction(step.action, step.name, '', fail);
  if (step.compensation !== undefined) checkAction(step.compensation, step.name, 'compensate.', fail);
  if (step.kind !== 'compensable') return;
  if (step.probe !== undefined) {
    const { everyMs, horizonMs } = step.probe;
    if (!(everyMs > 0 && horizonMs >= everyMs))
      fail(step.name, 'onUnknown: everyMs must be more than 0, and at most horizonMs');
    if (step.action.meanings.unknown?.length === 0)
      fail(step.name, 'onUnknown: name the answers that mean it, in unknown');
  }
  if ((step.compensation === undefined) === (step.nothingToUndo === undefined)) {
    fail(step.name, 'needs a compensation, or nothingToUndo with the reason why not; not both');
  }
}

function checkAction(action: ActionDefinition, step: string, path: string, fail: Fail): void {
  const { timeoutMs, attempts, pauseMs, pauseMaxMs } = action.retry;
  if (!(timeoutMs > 0)) fail(step, `${path}retry.timeoutMs: must be more than 0`);
  if (!(Number.isInteger(attempts) && attempts >= 1 && attempts <= attemptsMax)) {
    fail(step, `${path}retry.attempts: must be 1 to ${attemptsMax}`);
  }
  if (!(pauseMs > 0 && pauseMaxMs >= pauseMs))
    fail(step, `${path}retry.pauseMs: must be more than 0, and at most pauseMaxMs`);
  if (action.answerTypes.length === 0) fail(step, `${path}succeeded: name at least one type of event`);
  const twice = action.answerTypes.find((type, index) => action.answerTypes.indexOf(type) < index);
  if (twice !== undefined) fail(step, `${path}${twice} cannot mean two things`);
  if (action.answerTypes.includes('OutcomeRepeated')) {
    fail(step, `${path}OutcomeRepeated stands for the answer it repeats, and is never named`);
  }
}
