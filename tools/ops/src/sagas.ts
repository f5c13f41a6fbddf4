import { parseArgs } from 'node:util';
import type { OpsCommand, OpsContext } from './command.ts';
import { ask } from './http.ts';
import { actOnSaga, isAction, sagaUrl } from './saga-action.ts';
import { type ListedSaga, listLines, type SagaView, sagaLines, type Totals, totalLines } from './saga-text.ts';

const usage = `npm run ops -- sagas COMMAND …: looks at sagas, and helps those on that are stuck

  list [--status S] [--type T] [--step STEP] [--reason R] [--older-than 15m] [--limit N] [--after CURSOR]
  show ID [--as-of VERSION|TIME]    where it stands, why it waits, what is at stake, what can be done
  history ID [--after VERSION]      every decision that it made
  totals                            money and stock at stake over all sagas

  retry ID --reason R [--step STEP] [--phase do|undo] [--items A,B]
  skip ID --reason R --evidence E [--step …]
  resolve ID --reason R --outcome succeeded|failed --evidence E [--step …]
  cancel ID --reason R
  force-compensate ID --reason R --evidence E
  approve | decline ID --reason R --proposal P

An action shows what would happen and does nothing. With --yes it is carried out, on the version that was shown: if the saga has gone on
meanwhile it is refused. ID is <type>:<key>, for example FulfilOrder:inv-536365. infra/runbooks/a-stuck-saga.md says when to do what.`;

const text = { type: 'string' } as const;
const options = {
  ...{
    status: text,
    type: text,
    step: text,
    reason: text,
    'older-than': text,
    limit: text,
    after: text,
    'as-of': text,
  },
  ...{ phase: text, items: text, evidence: text, outcome: text, proposal: text },
  yes: { type: 'boolean', default: false },
} as const;

/** The values of the command line; every option may stand with every command, and the service says which it does not know. */
export type SagaOptions = ReturnType<typeof parse>['values'];

const parse = (args: readonly string[]) =>
  parseArgs({ args: [...args], options, allowPositionals: true, strict: true });

/** `npm run ops -- sagas …`. */
export const sagasCommand: OpsCommand = {
  name: 'sagas',
  summary: 'lists sagas, shows why one waits, retries, skips, resolves, cancels',
  usage,
  async run(args, context) {
    let parsed: ReturnType<typeof parse>;
    try {
      parsed = parse(args);
    } catch (error) {
      return wrong(context, error instanceof Error ? error.message : String(error));
    }
    const { values, positionals } = parsed;
    const [command, sagaId] = positionals;
    if (command === 'list') return list(context, values);
    if (command === 'totals') return totals(context);
    if (command !== 'show' && command !== 'history' && !isAction(command)) {
      return wrong(context, command === undefined ? 'say what to do' : `there is no command ${command}`);
    }
    if (sagaId === undefined) return wrong(context, `${command}: name the saga, for example FulfilOrder:inv-536365`);
    if (command === 'show') return show(context, sagaId, values);
    if (command === 'history') return history(context, sagaId, values);
    return actOnSaga(context, command, sagaId, values);
  },
};

async function list(context: OpsContext, values: SagaOptions): Promise<number> {
  const query = new URLSearchParams();
  const { status, type, step, reason, limit, after } = values;
  const given = { status, type, step, reason, limit, after, olderThan: values['older-than'] };
  for (const [name, value] of Object.entries(given)) if (value !== undefined) query.set(name, value);
  const url = `${context.urls.fulfilment}/v1/sagas?${query.toString()}`;
  const page = (await ask(context, url)) as { readonly items: readonly ListedSaga[]; readonly next?: string };
  for (const line of listLines(page.items)) context.print(line);
  if (page.next !== undefined) context.print(`more: --after '${page.next}'`);
  return 0;
}

async function show(context: OpsContext, sagaId: string, values: SagaOptions): Promise<number> {
  const asOf = values['as-of'];
  const query = asOf === undefined ? '' : `?asOf=${encodeURIComponent(asOf)}`;
  const saga = (await ask(context, sagaUrl(context, sagaId, query))) as SagaView;
  for (const line of sagaLines(saga)) context.print(line);
  return 0;
}

interface HistoryPage {
  readonly items: readonly {
    readonly version: number;
    readonly recordedAt: string;
    readonly type: string;
    readonly data: unknown;
    readonly metadata: { readonly actor: string };
  }[];
  readonly next?: string;
}

/** A fan-out's event names up to 50 commands: their beginning is enough to see what it is. */
const dataShown = 160;

async function history(context: OpsContext, sagaId: string, values: SagaOptions): Promise<number> {
  const after = values.after ?? '0';
  const page = (await ask(context, sagaUrl(context, sagaId, `/history?after=${after}`))) as HistoryPage;
  for (const { version, recordedAt, type, data, metadata } of page.items) {
    const text = JSON.stringify(data);
    const shown = text.length > dataShown ? `${text.slice(0, dataShown)}…` : text;
    const who = metadata.actor.startsWith('operator:') ? ` by ${metadata.actor}` : '';
    context.print(`${String(version).padStart(4)}  ${recordedAt}  ${type}${who}  ${shown}`);
  }
  if (page.next !== undefined) context.print(`more: --after ${page.next}`);
  return 0;
}

async function totals(context: OpsContext): Promise<number> {
  const sums = (await ask(context, `${context.urls.fulfilment}/v1/sagas/totals`)) as Totals;
  for (const line of totalLines(sums)) context.print(line);
  return 0;
}

function wrong(context: OpsContext, message: string): number {
  context.print(`ops sagas: ${message}\n\n${usage}`);
  return 2;
}
