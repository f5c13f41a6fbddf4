// npx nx sim fulfilment -- --seeds N
import { argv, stderr } from 'node:process';
import { type Arguments, readArguments, usage } from './arguments.ts';
import { patchSource } from './mutations/source-patch.ts';

// An error's stack takes longer to note than most of what a run does, and runs are full of errors.
Error.stackTraceLimit = 0;

let args: Arguments | undefined;
try {
  args = readArguments(argv.slice(2), () => Math.floor(Date.now() / 1_000));
} catch (error) {
  stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}\n`);
  process.exitCode = 2;
}
if (args?.mode === 'help') console.log(usage);
else if (args !== undefined) {
  // Before anything is imported that it changes.
  if (args.mutation !== undefined) patchSource(args.mutation);
  const { carryOut } = await import('./commands.ts');
  process.exitCode = await carryOut(args);
}
