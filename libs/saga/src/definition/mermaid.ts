import type { CommandStep, SagaDefinition, SagaStep } from './definition.ts';

/** The saga as a Mermaid flow chart: the way forward, the pivot, the way back. The same definition gives the same text. */
export function toMermaid(definition: SagaDefinition): string {
  const { stages, closing, start, cancelledBy, pivotAtStart, deadlineMs } = definition;
  const limit = deadlineMs === undefined ? '' : `: ${deadlineMs / 1_000} s until the pivot`;
  const lines = ['flowchart TD'];
  lines.push(pivotAtStart ? `  start{{"${start.event}: no way back"}}` : `  start(["${start.event}${limit}"])`);
  for (const step of stages.flat()) lines.push(`  ${step.name}${shape(step)}`);
  lines.push('  completed(["completed"])');

  let from = ['start'];
  for (const stage of stages) {
    for (const step of stage) lines.push(...from.map((before) => `  ${before} --> ${step.name}`));
    from = stage.map((step) => step.name);
  }
  lines.push(...from.map((before) => `  ${before} --> completed`));

  if (!pivotAtStart) lines.push(...wayBack(stages, closing, cancelledBy));
  return `${lines.join('\n')}\n`;
}

function wayBack(
  stages: SagaDefinition['stages'],
  closing: CommandStep | undefined,
  cancelledBy: readonly string[],
): string[] {
  const lines: string[] = [];
  const undoing = stages
    .flat()
    .filter((step): step is CommandStep => step.kind === 'compensable' && step.compensation !== undefined)
    .reverse();
  const last = closing?.name ?? 'compensated';
  const way = [...undoing.map((step) => `undo-${step.name}`), last];
  for (const step of undoing) lines.push(`  undo-${step.name}["undo ${step.name}${step.fanOut ? ' × items' : ''}"]`);
  if (closing !== undefined) lines.push(`  ${closing.name}["${closing.name}, unless cancelled"]`);
  lines.push('  compensated(["compensated"])');

  const before = stages
    .slice(
      0,
      stages.findIndex((stage) => stage[0]?.kind === 'pivot'),
    )
    .flat();
  for (const step of before) {
    if (step.kind !== 'compensable') continue;
    const unknown = step.probe === undefined ? 'unknown' : 'unknown still when probed';
    const why = step.compensation === undefined ? 'refused' : `refused, ${unknown}, timed out`;
    lines.push(`  ${step.name} -. "${why}" .-> ${backFrom(step, before, way) ?? last}`);
  }
  const pivot = stages.flat().find((step) => step.kind === 'pivot');
  if (pivot !== undefined && cancelledBy.length > 0) {
    lines.push(`  ${pivot.name} -. "${cancelledBy.join(', ')}: at any moment before" .-> ${way[0] ?? last}`);
  }
  for (const [index, name] of way.slice(0, -1).entries()) lines.push(`  ${name} --> ${way[index + 1] ?? last}`);
  if (closing !== undefined) lines.push(`  ${closing.name} --> compensated`);
  return lines;
}

/** Where the way back begins for a step: at its own undo, or at that of the nearest step before it which has one. */
function backFrom(step: SagaStep, before: readonly SagaStep[], way: readonly string[]): string | undefined {
  const passed = before.slice(0, before.indexOf(step) + 1).reverse();
  return passed.map((each) => `undo-${each.name}`).find((name) => way.includes(name));
}

function shape(step: SagaStep): string {
  if (step.kind === 'pivot') return `{{"${step.name}: ${step.awaits}"}}`;
  return `["${step.name}${step.fanOut ? ' × items' : ''}"]`;
}
