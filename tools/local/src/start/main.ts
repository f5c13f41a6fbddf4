// npm start
import { parseArgs } from 'node:util';
import { findRoot, resolveSettings } from '../settings.ts';
import { logFolderIn } from '../supervisor/run-processes.ts';
import { startSystem } from '../system.ts';
import { describeSystem, usage } from './texts.ts';
import { runUntilSignal } from './until-signal.ts';

// Whoever reads our output may go away (`npm start | head`); the system goes on.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const log = (line: string): void => console.log(line);

function readFlags(): { fresh: boolean; help: boolean } {
  try {
    const { values } = parseArgs({ options: { fresh: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } });
    return { fresh: values.fresh ?? false, help: values.help ?? false };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}

const flags = readFlags();
if (flags.help) {
  console.log(usage);
} else {
  await runUntilSignal({
    host: process,
    log,
    start: async (signal) => {
      const settings = resolveSettings(process.env, findRoot(process.cwd()));
      log(`Daybook is starting; data in ${settings.dataFolder}${flags.fresh ? ', emptied' : ''}`);
      const system = await startSystem({
        ...{ ports: 'default', environment: process.env, fresh: flags.fresh, command: 'npm start', log, signal },
      } as const);
      for (const line of describeSystem(settings, logFolderIn(settings.dataFolder))) log(line);
      return system;
    },
    started: () => log('ready'),
  });
}
