import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type ServiceName, serviceNames } from '@daybook/contracts';
import type { OpsCommand, OpsContext } from './command.ts';
import { ask } from './http.ts';
import { type BuildShown, describeBuild, describeModel, describeParity, type ModelShown } from './read-model-text.ts';

const usage = `npm run ops -- read-models COMMAND …: what answers queries, and how it is made anew

  list [SERVICE]                   every read model: its builds, which of them serves, how far they are
  rebuild SERVICE NAME             makes it anew beside the one that serves, and waits until it has caught up
  parity SERVICE NAME              compares the two builds, document by document
  switch SERVICE NAME              lets the new build serve; only after a clean comparison
  rollback SERVICE NAME            lets the build serve again that did before
  retire SERVICE NAME              deletes the build that does not serve, and waits until it is gone

  --reason TEXT                    why; kept with who does it. Needed by all but list
  --version N                      rebuild: of this version of the code; otherwise the newest
  --and-switch                     rebuild: compares and switches when it has caught up, if nothing differs
  --no-wait                        rebuild, retire: only begins it
  --force                          switch: although it differs or was not compared
  --json                           list: prints what the service answers

A read model is rebuilt with one command: rebuild SERVICE NAME --reason TEXT --and-switch
Exit code 0: done; 1: the builds differ; 2: called wrongly, or the service refused.`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const options = {
  ...{ reason: text, version: text, json: flag, force: flag },
  ...{ 'and-switch': flag, 'no-wait': flag },
} as const;

interface Target {
  readonly context: OpsContext;
  readonly service: ServiceName;
  readonly name: string;
  readonly reason: string;
  readonly pollMs: number;
}

/** `npm run ops -- read-models …`. @param pollMs how often the service is asked how far it is */
export function createReadModelsCommand({ pollMs }: { readonly pollMs: number }): OpsCommand {
  return {
    name: 'read-models',
    summary: 'what answers queries: list, rebuild, parity, switch, rollback, retire',
    usage,
    async run(args, context) {
      const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
      const [what, service, name] = positionals;
      if (what === 'list') return list(context, service, values.json === true);
      const target = { context, ...named(service, name, values.reason), pollMs };
      switch (what) {
        case 'rebuild':
          return rebuild(target, values.version, values['no-wait'] !== true, values['and-switch'] === true);
        case 'parity':
          return (await parity(target)) ? 0 : 1;
        case 'switch':
        case 'rollback':
          await post(target, what, values.force === true ? { force: true } : {});
          return shown(target);
        case 'retire':
          await post(target, what);
          return values['no-wait'] === true ? 0 : retired(target);
        default:
          throw new Error(`read-models ${what ?? ''}: no such command\n\n${usage}`);
      }
    },
  };
}

export const readModelsCommand = createReadModelsCommand({ pollMs: 2_000 });

function named(service: string | undefined, name: string | undefined, reason: string | undefined) {
  if (name === undefined) throw new Error('name the service and the read model: order orders');
  if (reason === undefined) throw new Error('--reason: say why; it is kept with the read model');
  return { service: known(service), name, reason };
}

function known(name: string | undefined): ServiceName {
  const found = serviceNames.find((service) => service === name);
  if (found === undefined) throw new Error(`name a service: ${serviceNames.join(', ')}`);
  return found;
}

const models = async (context: OpsContext, service: ServiceName): Promise<readonly ModelShown[]> =>
  ((await ask(context, `${context.urls[service]}/v1/read-models`)) as { readonly items: readonly ModelShown[] }).items;

function post({ context, service, name, reason }: Target, action: string, more: object = {}): Promise<unknown> {
  const url = `${context.urls[service]}/v1/read-models/${encodeURIComponent(name)}/${action}`;
  return ask(context, url, { body: { reason, ...more } });
}

async function modelOf({ context, service, name }: Target): Promise<ModelShown> {
  const found = (await models(context, service)).find((each) => each.name === name);
  if (found === undefined) throw new Error(`${service} has no read model ${name}`);
  return found;
}

/** The build beside the one that serves. */
async function besideOf(target: Target): Promise<BuildShown | undefined> {
  return (await modelOf(target)).builds.find(({ serving }) => !serving);
}

async function list(context: OpsContext, only: string | undefined, json: boolean): Promise<number> {
  for (const service of only === undefined ? serviceNames : [known(only)]) {
    for (const model of await models(context, service)) {
      if (json) context.print(JSON.stringify({ service, ...model }));
      else for (const line of describeModel(service, model)) context.print(line);
    }
  }
  return 0;
}

async function shown(target: Target): Promise<number> {
  for (const line of describeModel(target.service, await modelOf(target))) target.context.print(line);
  return 0;
}

async function rebuild(
  target: Target,
  version: string | undefined,
  waits: boolean,
  andSwitch: boolean,
): Promise<number> {
  if (version !== undefined && !/^[1-9]\d{0,5}$/.test(version)) throw new Error('--version: must be 1, 2, 3, …');
  await post(target, 'rebuild', version === undefined ? {} : { version: Number(version) });
  if (!waits) return 0;
  let said = '';
  for (;;) {
    const build = await besideOf(target);
    if (build === undefined) throw new Error(`the build of ${target.name} is gone: somebody retired it`);
    const line = describeBuild(build);
    if (line !== said) target.context.print(line);
    said = line;
    if (build.progress.caughtUp) break;
    await sleep(target.pollMs);
  }
  if (!andSwitch) return 0;
  if (!(await parity(target))) return 1;
  await post(target, 'switch');
  return shown(target);
}

/** Compares; where that takes longer than its request, waits for the report. True: nothing differs. */
async function parity(target: Target): Promise<boolean> {
  const before = (await besideOf(target))?.parity?.checkedAt;
  await post(target, 'parity');
  for (;;) {
    const model = await modelOf(target);
    const report = model.builds.find(({ serving }) => !serving)?.parity;
    if (report !== undefined && report.checkedAt !== before) {
      for (const line of describeParity(report)) target.context.print(line);
      return report.clean;
    }
    if (model.busy !== 'parity') throw new Error('the comparison ended without a report: see the log of the service');
    await sleep(target.pollMs);
  }
}

async function retired(target: Target): Promise<number> {
  while ((await besideOf(target)) !== undefined) await sleep(target.pollMs);
  return shown(target);
}
