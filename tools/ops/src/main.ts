import { eachService } from '@daybook/contracts';
// npm run ops
import { userInfo } from 'node:os';
import { createTokenSource, findRoot, resolveSettings } from '@daybook/local';
import type { OpsContext } from './command.ts';
import { commands } from './commands.ts';

const usage = (): string => `npm run ops -- COMMAND …: looks at a running Daybook, and repairs it

${commands.map(({ name, summary }) => `  ${name.padEnd(14)} ${summary}`).join('\n')}

Each command answers --help. It asks the services on this machine (DAYBOOK_PORT_OFFSET), or those named by ORDER_URL, INVENTORY_URL
and so on. Who acts is operator:<user>, or DAYBOOK_ACTOR; on this machine the development issuer vouches for that, elsewhere the token in
DAYBOOK_TOKEN says it.
Exit code 0: done; 1: it did not come out as asked; 2: called wrongly, or nobody answered.`;

const [name, ...args] = process.argv.slice(2);
const command = commands.find((each) => each.name === name);
try {
  if (name === undefined || name === '--help') console.log(usage());
  else if (command === undefined) {
    console.error(`ops: no command ${name}\n\n${usage()}`);
    process.exitCode = 2;
  } else if (args.includes('--help')) console.log(command.usage);
  else process.exitCode = await command.run(args, contextOf(process.env));
} catch (error) {
  console.error(`ops: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}

function contextOf(env: NodeJS.ProcessEnv): OpsContext {
  const { urls } = resolveSettings(env, findRoot(import.meta.dirname));
  const actor = env['DAYBOOK_ACTOR'] ?? `operator:${userInfo().username}`;
  const subject = actor.replace(/^[a-z]+:/, '');
  const given = env['DAYBOOK_TOKEN'];
  const token =
    given !== undefined
      ? () => Promise.resolve(given)
      : urls.issuer === undefined
        ? undefined
        : createTokenSource(urls.issuer, { role: 'operator', subject });
  return {
    ...(token === undefined ? {} : { token }),
    // ORDER_URL and so on.
    urls: eachService((service) => env[`${service.toUpperCase().replaceAll('-', '_')}_URL`] ?? urls[service]),
    actor,
    print: (line) => console.log(line),
  };
}
