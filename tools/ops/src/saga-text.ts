/** What the service says about sagas, as lines for a person at a terminal. */

export interface ListedSaga {
  readonly sagaId: string;
  readonly status: string;
  readonly step: string;
  readonly updatedAt: string;
  readonly reason?: string;
}

interface Stakes {
  readonly money: readonly { readonly currency: string; readonly amount: number }[];
  readonly pieces: number;
}

export interface SagaView {
  readonly sagaId: string;
  readonly definitionVersion: number;
  readonly status: string;
  readonly step: string;
  readonly version: number;
  readonly startedAt: string;
  readonly explanation: string;
  readonly detail?: string;
  readonly remaining?: readonly string[];
  readonly atStake?: Stakes;
  readonly timers: readonly { readonly step: string; readonly purpose: string; readonly dueAt: string }[];
  readonly proposals: readonly { readonly proposalId: string; readonly actor: string; readonly reason: string }[];
  readonly actions?: readonly Possible[];
}

interface Possible {
  readonly action: string;
  readonly step?: string;
  readonly phase?: string;
  readonly items?: number;
  readonly proposalId?: string;
  readonly movesMoney: boolean;
}

export interface DryRun {
  readonly version: number;
  readonly needsApproval: boolean;
  readonly events: readonly { readonly type: string }[];
  readonly commands: readonly { readonly type: string; readonly target: string; readonly round: number }[];
  readonly timers: readonly { readonly purpose: string; readonly step: string; readonly dueAt: string }[];
  readonly saga: Omit<SagaView, 'version'>;
}

export interface Totals extends Stakes {
  readonly sagas: readonly { readonly type: string; readonly status: string; readonly count: number }[];
  readonly unknownVersions: number;
  readonly complete: boolean;
}

/** Lines of a fan-out that are shown; the rest is counted. */
const linesShown = 10;

export function listLines(sagas: readonly ListedSaga[]): readonly string[] {
  if (sagas.length === 0) return ['There is none.'];
  const width = Math.max(...sagas.map(({ sagaId }) => sagaId.length));
  return sagas.map(({ sagaId, status, step, updatedAt, reason = '' }) =>
    `${sagaId.padEnd(width)}  ${status.padEnd(12)}  ${step.padEnd(16)}  ${updatedAt}  ${reason}`.trimEnd(),
  );
}

export function sagaLines(saga: Omit<SagaView, 'version'> & { readonly version?: number }): readonly string[] {
  const at = saga.version === undefined ? '' : `, version ${saga.version}`;
  return [
    `${saga.sagaId}: ${saga.status} at ${saga.step}${at} (definition ${saga.definitionVersion}, since ${saga.startedAt})`,
    `  ${saga.explanation}`,
    ...(saga.detail === undefined ? [] : [`  ${saga.detail}`]),
    `  still to do: ${saga.remaining?.join(', ') || 'nothing'}`,
    `  at stake:    ${saga.atStake === undefined ? 'unknown here' : stakesText(saga.atStake)}`,
    ...saga.timers.map(({ purpose, step, dueAt }) => `  timer:       ${purpose} of ${step} at ${dueAt}`),
    ...saga.proposals.map(({ proposalId, actor, reason }) => `  proposed:    ${proposalId} by ${actor}: ${reason}`),
    ...(saga.actions ?? []).map((possible) => `  possible:    ${possibleText(possible)}`),
  ];
}

export function dryRunLines(action: string, dryRun: DryRun): readonly string[] {
  const { saga, events, commands, timers, needsApproval, version } = dryRun;
  const rest = commands.length - linesShown;
  return [
    `${action} of ${saga.sagaId} at version ${version} would${needsApproval ? ', once somebody else approves,' : ''}`,
    `  record ${events.map(({ type }) => type).join(', ')}`,
    ...(commands.length === 0 ? ['  send nothing'] : []),
    ...commands
      .slice(0, linesShown)
      .map(({ type, target, round }) => `  send ${type} to ${target}${round === 0 ? '' : ` (round ${round})`}`),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
    ...timers.map(({ purpose, step, dueAt }) => `  set a timer: ${purpose} of ${step} at ${dueAt}`),
    `  and leave it ${saga.status} at ${saga.step}: ${saga.explanation}`,
    `  at stake then: ${saga.atStake === undefined ? 'unknown' : stakesText(saga.atStake)}`,
  ];
}

export function totalLines({ sagas, unknownVersions, complete, ...stakes }: Totals): readonly string[] {
  return [
    `at stake: ${stakesText(stakes)}${complete ? '' : ' (at least: there are more sagas than were looked through)'}`,
    ...sagas.map(({ type, status, count }) => `  ${String(count).padStart(6)} ${type} ${status}`),
    ...(unknownVersions === 0
      ? []
      : [`  ${unknownVersions} in a version that the service does not know: not added up`]),
  ];
}

function stakesText({ money, pieces }: Stakes): string {
  const sums = money.map(({ currency, amount }) => `${inMajorUnits(amount, currency)} ${currency}`);
  const all = pieces === 0 ? sums : [...sums, `${pieces} pieces of stock`];
  return all.length === 0 ? 'nothing' : all.join(', ');
}

/** Not every currency has hundredths. */
function inMajorUnits(amount: number, currency: string): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return (amount / 10 ** digits).toFixed(digits);
}

function possibleText({ action, step, phase, items, proposalId, movesMoney }: Possible): string {
  const where = step === undefined ? '' : ` --step ${step} --phase ${phase ?? 'do'}`;
  const many = items === undefined || items === 1 ? '' : ` (${items} items)`;
  const proposal = proposalId === undefined ? '' : ` --proposal ${proposalId}`;
  return `${action}${where}${proposal}${many}${movesMoney ? ' (moves money)' : ''}`;
}
