import { parseArgs } from 'node:util';
import { type ServiceName, serviceNames } from '@daybook/contracts';
import type { OpsCommand, OpsContext } from './command.ts';
import { ask } from './http.ts';

const usage = `npm run ops -- trail CORRELATION_ID: what one request led to, in every service, in the order of time

  --reason TEXT     why it is looked at; on record with who looks
  --json            prints the events as the services show them

Each service's part is on record in its audit log. The order between services is as good as their clocks.
Exit code 0: done; 1: there is no event of it; 2: called wrongly, or a service does not answer.`;

/** Of one service; a request that led to more is looked at with --json, page by page, at the service. */
const pagesMax = 50;

interface ShownEvent {
  readonly streamId: string;
  readonly version: number;
  readonly type: string;
  readonly recordedAt: string;
  readonly metadata?: { readonly actor?: string };
}

/** `npm run ops -- trail …`: the audit trail of a correlation id, read from the events of all services. */
export const trailCommand: OpsCommand = {
  name: 'trail',
  summary: 'what one request led to, in every service',
  usage,
  async run(args, context) {
    const options = { reason: { type: 'string' }, json: { type: 'boolean' } } as const;
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const [correlationId] = positionals;
    if (correlationId === undefined) throw new Error(`name a correlation id\n\n${usage}`);
    const parts = await Promise.all(
      serviceNames.map((service) => eventsOf(context, service, correlationId, values.reason)),
    );
    const trail = parts
      .flat()
      .toSorted((a, b) => (a.recordedAt < b.recordedAt ? -1 : a.recordedAt > b.recordedAt ? 1 : 0));
    for (const event of trail) context.print(values.json === true ? JSON.stringify(event) : describe(event));
    if (trail.length === 0) context.print(`No event has the correlation id ${correlationId}.`);
    return trail.length === 0 ? 1 : 0;
  },
};

async function eventsOf(
  context: OpsContext,
  service: ServiceName,
  correlationId: string,
  reason: string | undefined,
): Promise<readonly (ShownEvent & { readonly service: ServiceName })[]> {
  const found: (ShownEvent & { readonly service: ServiceName })[] = [];
  const query = new URLSearchParams({ correlationId, limit: '500' });
  const headers = reason === undefined ? {} : { 'x-audit-reason': reason };
  for (let page = 0; page < pagesMax; page += 1) {
    const answer = (await ask(context, `${context.urls[service]}/v1/events?${query.toString()}`, { headers })) as {
      readonly items: readonly ShownEvent[];
      readonly next?: string;
    };
    found.push(...answer.items.map((event) => ({ service, ...event })));
    if (answer.next === undefined) return found;
    query.set('after', answer.next);
  }
  context.print(`${service}: there are more events than ${found.length}`);
  return found;
}

function describe({
  service,
  streamId,
  version,
  type,
  recordedAt,
  metadata,
}: ShownEvent & { readonly service: string }): string {
  const actor = metadata?.actor === undefined ? '' : `  ${metadata.actor}`;
  return `${recordedAt}  ${service.padEnd(10)}  ${streamId} ${version}  ${type}${actor}`;
}
