import { parseArgs } from 'node:util';
import { type ServiceName, serviceNames } from '@daybook/contracts';
import type { OpsCommand, OpsContext } from './command.ts';
import { ask } from './http.ts';

const usage = `npm run ops -- feeds COMMAND …: what follows the services' events, how far it is behind, and how to begin again

  list [SERVICE]                   each feed with its lag, and each range with its owner and position
  rewind SERVICE FEED WHERE        begins again there, while the service runs: old events come again, in order

  WHERE: --to beginning | --time ISO8601 | --position TEXT (of one range, as list --json shows it)
         --range ID                one range only
         --reason TEXT             why; on record with who does it
  --json                           prints what the service answers

A rewind never skips: a service refuses a place that a range has not come to. Handlers must bear events twice; a read model that keeps the
versions it has seen drops them, so rebuild one that is wrong (npm run ops -- read-models) rather than rewind its feed.
Exit code 0: done; 2: called wrongly, or the service refused.`;

interface Range {
  readonly id: string;
  readonly owner?: string;
  readonly generation: number;
  readonly lagSeconds: number;
  readonly lagEvents: number;
}

interface Feed {
  readonly name: string;
  readonly lagSeconds: number;
  readonly lagEvents: number;
  readonly ranges: readonly Range[];
}

const text = { type: 'string' } as const;
const options = { to: text, time: text, position: text, range: text, reason: text, json: { type: 'boolean' } } as const;

/** `npm run ops -- feeds …`. */
export const feedsCommand: OpsCommand = {
  name: 'feeds',
  summary: 'what follows the events: list with lag, rewind',
  usage,
  async run(args, context) {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const [what, service, feed] = positionals;
    const json = values.json === true;
    switch (what) {
      case 'list':
        return list(context, service === undefined ? serviceNames : [known(service)], json);
      case 'rewind':
        return rewind(context, known(service), feed, values, json);
      default:
        throw new Error(`feeds ${what ?? ''}: no such command\n\n${usage}`);
    }
  },
};

function known(name: string | undefined): ServiceName {
  const found = serviceNames.find((service) => service === name);
  if (found === undefined) throw new Error(`name a service: ${serviceNames.join(', ')}`);
  return found;
}

async function list(context: OpsContext, of: readonly ServiceName[], json: boolean): Promise<number> {
  for (const service of of) {
    const { items } = (await ask(context, `${context.urls[service]}/v1/feeds`)) as { readonly items: readonly Feed[] };
    for (const feed of items) {
      if (json) context.print(JSON.stringify({ service, ...feed }));
      else for (const line of describe(service, feed)) context.print(line);
    }
  }
  return 0;
}

function describe(service: ServiceName, { name, ranges, ...feed }: Feed): readonly string[] {
  const lines = ranges.map(
    ({ id, owner = 'nobody', generation, ...range }) =>
      `  ${id.padEnd(20)} ${lag(range)}  ${owner}${generation === 0 ? '' : `, rewound ${generation} times`}`,
  );
  return [`${service} ${name}  ${lag(feed)}`, ...lines];
}

const lag = ({ lagSeconds, lagEvents }: { readonly lagSeconds: number; readonly lagEvents: number }): string =>
  lagEvents === 0 ? 'up to date' : `${lagSeconds.toFixed(1)} s behind, about ${lagEvents} events`;

type Values = Partial<Record<Exclude<keyof typeof options, 'json'>, string>>;

async function rewind(
  context: OpsContext,
  service: ServiceName,
  feed: string | undefined,
  { to, time, position, range, reason }: Values,
  json: boolean,
): Promise<number> {
  if (feed === undefined) throw new Error('rewind SERVICE FEED WHERE');
  if ([to, time, position].filter((each) => each !== undefined).length !== 1)
    throw new Error('give one of --to, --time and --position');
  if (reason === undefined) throw new Error('--reason: say why; it is put on record');
  const url = `${context.urls[service]}/v1/feeds/${encodeURIComponent(feed)}/rewind`;
  const answer = await ask(context, url, { body: { to, time, position, range, reason } });
  const { ranges } = answer as { readonly ranges: readonly Range[] };
  context.print(json ? JSON.stringify({ service, ...(answer as object) }) : `${feed}: ${ranges.length} ranges rewound`);
  return 0;
}
