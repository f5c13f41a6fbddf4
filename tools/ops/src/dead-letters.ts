import { parseArgs } from 'node:util';
import { type ServiceName, serviceNames } from '@daybook/contracts';
import type { OpsCommand, OpsContext } from './command.ts';
import { ask } from './http.ts';

const usage = `npm run ops -- dead-letters COMMAND …: what could not be handled, and what to do about it

  groups [SERVICE]                 counts it by kind of failure: one fingerprint for each
  list [SERVICE]                   each message, without its data
  show SERVICE CONSUMER KEY        one key in its order, with stacks
  replay SERVICE SELECTION         hands it to the service's own handler again, in order; stops at what still fails
  discard SERVICE SELECTION        removes it for good

  SELECTION: --key KEY [--message-id ID, to discard one of it] | --fingerprint HEX
             --reason TEXT         why; on record with who does it
             --consumer NAME       needed only where several consumers have parked the key
  --json                           prints what the service answers

Consumers are named as their hub, or feed:<name>. Look at the groups, mend the cause, deploy, replay by fingerprint.
Exit code 0: done; 1: something is still parked; 2: called wrongly, or the service refused.`;

interface Parked {
  readonly consumer: string;
  readonly key: string;
  readonly messageId: string;
  readonly type?: string;
  readonly error: string;
  readonly stack?: string;
  readonly attempts: number;
  readonly fingerprint: string;
  readonly traceId: string;
  readonly parkedAt: string;
}

interface Group {
  readonly consumer: string;
  readonly fingerprint: string;
  readonly type: string;
  readonly errorType: string;
  readonly error: string;
  readonly failed: number;
  readonly behind: number;
  readonly keys: readonly string[];
}

interface Report {
  readonly replayed?: number;
  readonly discarded?: readonly string[];
  readonly unblocked: boolean;
  readonly stoppedAt?: readonly { readonly key: string; readonly messageId: string; readonly error: string }[];
  readonly more: boolean;
}

const text = { type: 'string' } as const;
const options = {
  key: text,
  fingerprint: text,
  'message-id': text,
  consumer: text,
  reason: text,
  json: { type: 'boolean' },
} as const;

/** `npm run ops -- dead-letters …`. */
export const deadLettersCommand: OpsCommand = {
  name: 'dead-letters',
  summary: 'what could not be handled: groups, list, show, replay, discard',
  usage,
  async run(args, context) {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const [what, service, ...rest] = positionals;
    const json = values.json === true;
    switch (what) {
      case 'groups':
        return groups(context, chosen(service), json);
      case 'list':
        return list(context, chosen(service), json);
      case 'show':
        return show(context, known(service), rest, json);
      case 'replay':
      case 'discard':
        return act(context, what, known(service), values, json);
      default:
        throw new Error(`dead-letters ${what ?? ''}: no such command\n\n${usage}`);
    }
  },
};

function known(name: string | undefined): ServiceName {
  const found = serviceNames.find((service) => service === name);
  if (found === undefined) throw new Error(`name a service: ${serviceNames.join(', ')}`);
  return found;
}

const chosen = (name: string | undefined): readonly ServiceName[] =>
  name === undefined ? serviceNames : [known(name)];

async function groups(context: OpsContext, of: readonly ServiceName[], json: boolean): Promise<number> {
  let found = 0;
  for (const service of of) {
    const url = `${context.urls[service]}/v1/dead-letters/groups`;
    const { items, complete } = (await ask(context, url)) as { items: readonly Group[]; complete: boolean };
    found += items.length;
    for (const group of items)
      context.print(json ? JSON.stringify({ service, ...group }) : describeGroup(service, group));
    if (!complete) context.print(`${service}: there is more than was looked at`);
  }
  if (found === 0 && !json) context.print('Nothing is parked.');
  return 0;
}

function describeGroup(
  service: string,
  { fingerprint, consumer, type, errorType, error, failed, behind, keys }: Group,
): string {
  const shown = keys.slice(0, 3).join(', ') + (keys.length > 3 ? ', …' : '');
  return `${fingerprint}  ${service} ${consumer}  ${failed} failed, ${behind} behind  ${type}: ${errorType}: ${firstLine(error)}  (${shown})`;
}

const firstLine = (error: string): string => error.split('\n', 1)[0] ?? '';
/** What a person reads at a terminal; the rest by `--json` from the service itself. */
const pagesMax = 100;

async function list(context: OpsContext, of: readonly ServiceName[], json: boolean): Promise<number> {
  let found = 0;
  for (const service of of) {
    for await (const message of pages(context, service, new URLSearchParams({ limit: '200' }))) {
      found += 1;
      context.print(json ? JSON.stringify({ service, ...message }) : describe(service, message));
    }
  }
  if (found === 0 && !json) context.print('Nothing is parked.');
  return 0;
}

function describe(
  service: string,
  { consumer, key, messageId, type = '', error, attempts, fingerprint }: Parked,
): string {
  const why =
    attempts === 0 && fingerprint === '' ? error : `${fingerprint}, ${attempts} attempts: ${firstLine(error)}`;
  return `${service} ${consumer}  ${key}  ${type} ${messageId}  ${why}`;
}

async function show(
  context: OpsContext,
  service: ServiceName,
  [consumer, key]: readonly string[],
  json: boolean,
): Promise<number> {
  if (consumer === undefined || key === undefined) throw new Error('show SERVICE CONSUMER KEY');
  let found = 0;
  for await (const message of pages(context, service, new URLSearchParams({ limit: '200', consumer, key }))) {
    found += 1;
    context.print(json ? JSON.stringify({ service, ...message }) : describe(service, message));
    if (json || message.fingerprint === '') continue;
    context.print(`  parked ${message.parkedAt}, trace ${message.traceId || 'unknown'}`);
    for (const line of (message.stack ?? '').split('\n')) context.print(`    ${line}`);
  }
  if (found === 0 && !json) context.print(`Nothing is parked under ${key} by ${consumer}.`);
  return found === 0 ? 1 : 0;
}

async function* pages(context: OpsContext, service: ServiceName, query: URLSearchParams): AsyncGenerator<Parked> {
  for (let page = 0; page < pagesMax; page += 1) {
    const answer = (await ask(context, `${context.urls[service]}/v1/dead-letters?${query.toString()}`)) as {
      readonly items: readonly Parked[];
      readonly next?: string;
    };
    yield* answer.items;
    if (answer.next === undefined) return;
    query.set('after', answer.next);
  }
  context.print(`${service}: there is more than ${pagesMax} pages`);
}

type Values = Partial<Record<Exclude<keyof typeof options, 'json'>, string>>;

async function act(
  context: OpsContext,
  what: 'replay' | 'discard',
  service: ServiceName,
  { key, fingerprint, 'message-id': messageId, consumer, reason }: Values,
  json: boolean,
): Promise<number> {
  if ((key === undefined) === (fingerprint === undefined)) throw new Error('give either --key or --fingerprint');
  if (reason === undefined) throw new Error('--reason: say why; it is put on record');
  const body = { key, fingerprint, messageId, consumer, reason };
  // Each call goes through so many keys; what still fails stays, so a call that changes nothing is the last.
  for (;;) {
    const report = (await ask(context, `${context.urls[service]}/v1/dead-letters/${what}`, { body })) as Report;
    const done = report.replayed ?? report.discarded?.length ?? 0;
    if (json) context.print(JSON.stringify({ service, ...report }));
    else {
      context.print(
        `${done} ${what === 'replay' ? 'replayed' : 'discarded'}${report.unblocked ? '' : '; some are still parked'}`,
      );
      for (const stop of report.stoppedAt ?? [])
        context.print(`  ${stop.key} stops at ${stop.messageId}: ${stop.error}`);
    }
    if (!report.more || done === 0) return report.unblocked ? 0 : 1;
  }
}
