import { spawnSync } from 'node:child_process';
import type { GeneratorCallback } from '@nx/devkit';

/** A command of the repository, in words of its own. */
export type Command = readonly [command: string, ...args: string[]];

export const install: Command = ['npm', 'install', '--no-audit', '--no-fund'];
export const generateContracts: Command = ['npm', 'run', '--silent', 'generate', '-w', '@daybook/contracts'];
export const generateInfra: Command = ['npm', 'run', '--silent', 'generate', '-w', '@daybook/infra'];
export const release = (service: string): Command => [
  'npm',
  'run',
  '--silent',
  'release',
  '-w',
  '@daybook/contracts',
  '--',
  service,
];

/**
 * What is done once the files are there, one command after the other.
 *
 * @param then what remains for people, one line each
 */
export function afterwards(root: string, commands: readonly Command[], then: readonly string[]): GeneratorCallback {
  return () => {
    for (const [index, command] of commands.entries()) {
      const [program, ...args] = command;
      console.log(`\n${command.join(' ')}`);
      const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit' });
      if (status === 0) continue;
      const rest = commands.slice(index).map((each) => `  ${each.join(' ')}`);
      const why = error === undefined ? `ended with ${status}` : error.message;
      throw new Error(
        `${program}: ${why}. The files are written; put right what is wrong, and go on with\n${rest.join('\n')}`,
      );
    }
    console.log(`\n${then.join('\n')}`);
  };
}
