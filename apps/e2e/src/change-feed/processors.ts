import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Note, ProcessorPlan } from './notes.ts';

/** A processor's process, as whoever treats it badly sees it. */
export interface Processor {
  readonly instance: string;
  readonly child: ChildProcess;
  state: 'running' | 'stopped' | 'gone';
}

const script = join(__dirname, 'processor-process.ts');
const node = join(__dirname, '../../../../node_modules/.bin/node');

export function readNotes(file: string): readonly Note[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Note);
}

/** Begins one; it ends with this process whatever happens. */
export function beginProcessor(plan: ProcessorPlan): Processor {
  const child = spawn(node, [script, JSON.stringify(plan)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const processor: Processor = { instance: plan.instance, child, state: 'running' };
  child.once('exit', () => {
    processor.state = 'gone';
  });
  return processor;
}

/** Sends a signal and notes what it makes of the process. */
export function signal(processor: Processor, name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT' | 'SIGTERM'): void {
  processor.child.kill(name);
  if (name === 'SIGSTOP') processor.state = 'stopped';
  else if (name === 'SIGCONT') processor.state = 'running';
  else processor.state = 'gone';
}
