// Loaded before every supervised process (`node --import`), whatever it is, so that none of them needs to know of the supervisor.
import { flushCompileCache } from 'node:module';
import { Socket } from 'node:net';

const gracePeriodMs = 3_000;

// Standard input is a pipe that only the supervisor holds: the system closes it however the supervisor ends, kill -9 included.
// Only through process.stdin: a second stream on the same descriptor breaks `import process from 'node:process'`.
const lifeline = process.stdin;
for (const event of ['end', 'close', 'error'] as const) lifeline.on(event, orphaned);
lifeline.resume();
// It must not keep a process running that has finished its work.
if (lifeline instanceof Socket) lifeline.unref();

let ending = false;
function orphaned(): void {
  if (ending) return;
  ending = true;
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), gracePeriodMs).unref();
  process.kill(process.pid, 'SIGTERM');
}

// Ctrl-C goes to the whole process group. Stopping in order is the supervisor's work, so here nobody else may listen for it.
const ignore = (): void => {};
process.on('SIGINT', ignore);
process.on('newListener', (event, listener: () => void) => {
  if (event === 'SIGINT') queueMicrotask(() => process.off('SIGINT', listener));
});

// Node.js keeps what it has compiled when a process ends in peace; one that is killed would compile it anew at every start.
setTimeout(() => flushCompileCache(), 5_000).unref();
