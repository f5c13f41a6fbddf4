import { parseArgs } from 'node:util';
import { serviceNames } from '@daybook/contracts';
import type { OpsCommand } from './command.ts';
import { ask } from './http.ts';

const usage = `npm run ops -- outbox COMMAND SERVICE …: what a service that publishes by outbox has to send (PUBLISH_MODE=outbox)

  list SERVICE [--status PENDING|PUBLISHED|FAILED] [--stream ID]   entries, those that have failed by default
  retry SERVICE [--stream ID] --reason TEXT                        has failed ones sent again, of one stream or of all

  --json   prints what the service answers
Exit code 0: done; 2: called wrongly, or the service refused.`;

const text = { type: 'string' } as const;
const options = { status: text, stream: text, reason: text, json: { type: 'boolean' } } as const;

interface Entry {
  readonly streamId: string;
  readonly version: number;
  readonly type: string;
  readonly status: string;
  readonly error?: string;
  readonly changedAt: string;
}

/** `npm run ops -- outbox …`. */
export const outboxCommand: OpsCommand = {
  name: 'outbox',
  summary: 'what is published by outbox: list, retry',
  usage,
  async run(args, context) {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const [what, name] = positionals;
    const service = serviceNames.find((each) => each === name);
    if (service === undefined) throw new Error(`name a service: ${serviceNames.join(', ')}`);
    const url = `${context.urls[service]}/v1/outbox`;
    const { status, stream: streamId, reason, json = false } = values;
    if (what === 'list') {
      const query = new URLSearchParams({ ...(status && { status }), ...(streamId && { streamId }) });
      const { items } = (await ask(context, `${url}?${query.toString()}`)) as { readonly items: readonly Entry[] };
      for (const each of items) context.print(json ? JSON.stringify(each) : described(each));
      if (items.length === 0 && !json) context.print('There are none.');
      return 0;
    }
    if (what !== 'retry') throw new Error(`outbox ${what ?? ''}: no such command\n\n${usage}`);
    if (reason === undefined) throw new Error('--reason: say why; it is put on record');
    const answer = (await ask(context, `${url}/retry`, { body: { streamId, reason } })) as { readonly retried: number };
    context.print(json ? JSON.stringify(answer) : `${answer.retried} are sent again`);
    return 0;
  },
};

function described({ streamId, version, type, status, error, changedAt }: Entry): string {
  return `${status}  ${streamId} version ${version}  ${type}  ${changedAt}${error === undefined ? '' : `  ${error}`}`;
}
