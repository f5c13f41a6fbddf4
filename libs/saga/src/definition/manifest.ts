import { createHash } from 'node:crypto';
import { canonicalJson } from '@daybook/eventstore';
import type { Json } from '@daybook/ports';
import type { ActionDefinition, SagaDefinition, SagaStep } from './definition.ts';

/** A definition as data: what operators and other tools read, and what a change of it is seen by. */
export interface SagaManifest {
  readonly type: string;
  readonly version: number;
  readonly [field: string]: Json;
  /** SHA-256 of the rest, as canonical JSON: another one is another process. What commands hold is not in it. */
  readonly hash: string;
}

/** Pure: the same definition gives the same manifest. */
export function manifestOf(definition: SagaDefinition): SagaManifest {
  const { type, version, start, cancelledBy, deadlineMs, stages, closing, migrations, pivotAtStart } = definition;
  const manifest = {
    type,
    version,
    startedBy: start.event,
    cancelledBy: [...cancelledBy],
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
    ...(pivotAtStart ? { pivot: 'start' } : {}),
    stages: stages.map((stage) => stage.map(stepOf)),
    ...(closing === undefined ? {} : { closing: stepOf(closing) }),
    ...(migrations.length === 0 ? {} : { migrations: migrations.map(({ from, at }) => ({ from, at })) }),
  };
  const hash = createHash('sha256').update(canonicalJson(manifest)).digest('hex');
  return { ...manifest, hash };
}

function stepOf(step: SagaStep): { readonly [field: string]: Json } {
  if (step.kind === 'pivot') return { name: step.name, kind: step.kind, awaits: step.awaits };
  const { name, kind, fanOut, inFlightMax, action, compensation, nothingToUndo, probe } = step;
  return {
    name,
    kind,
    ...(fanOut ? { fanOut: { inFlightMax } } : {}),
    ...actionOf(action),
    ...(probe === undefined ? {} : { onUnknown: { probe: { ...probe } } }),
    ...(compensation === undefined ? {} : { compensate: actionOf(compensation) }),
    ...(nothingToUndo === undefined ? {} : { nothingToUndo }),
  };
}

function actionOf({ meanings, retry, skippable }: ActionDefinition): { readonly [field: string]: Json } {
  const answers = Object.entries(meanings).filter(([, types]) => types.length > 0);
  return {
    answers: Object.fromEntries(answers.map(([meaning, types]) => [meaning, [...types]])),
    retry: { ...retry },
    ...(skippable === undefined ? {} : { skippable }),
  };
}
