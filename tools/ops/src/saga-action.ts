import { sagaActionNames, type SagaActionName } from '@daybook/contracts';
import type { OpsContext } from './command.ts';
import { ask, ServiceRefused } from './http.ts';
import { dryRunLines, type DryRun, sagaLines, type SagaView } from './saga-text.ts';
import type { SagaOptions } from './sagas.ts';

export function isAction(command: string | undefined): command is SagaActionName {
  return sagaActionNames.some((name) => name === command);
}

export function sagaUrl({ urls }: OpsContext, sagaId: string, rest = ''): string {
  return `${urls.fulfilment}/v1/sagas/${encodeURIComponent(sagaId)}${rest}`;
}

/** Shows what an action would do and, with `--yes`, does it on the version that was shown. */
export async function actOnSaga(
  context: OpsContext,
  action: SagaActionName,
  sagaId: string,
  values: SagaOptions,
): Promise<number> {
  const body = bodyOf(values);
  try {
    const dryRun = (await ask(context, sagaUrl(context, sagaId, `/${action}?dryRun=true`), { body })) as DryRun;
    for (const line of dryRunLines(action, dryRun)) context.print(line);
    if (!values.yes) {
      context.print('Nothing was done. Add --yes to do it.');
      return 0;
    }
    const headers = { 'if-match': `"${dryRun.version}"` };
    const saga = (await ask(context, sagaUrl(context, sagaId, `/${action}`), { body, headers })) as SagaView;
    context.print('');
    context.print(dryRun.needsApproval ? 'Proposed: it waits for the approval of somebody else.' : 'Done.');
    for (const line of sagaLines(saga)) context.print(line);
    return 0;
  } catch (error) {
    if (!(error instanceof ServiceRefused)) throw error;
    context.print(`Refused: ${error.message}`);
    return 1;
  }
}

function bodyOf({ reason, step, phase, items, evidence, outcome, proposal }: SagaOptions): object {
  const given = { reason, step, phase, items: items?.split(','), evidence, outcome, proposalId: proposal };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
