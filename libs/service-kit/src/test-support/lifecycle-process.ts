// A process of its own, because signals are a process's: tells on standard output what happens to its components.
// Its one argument is JSON: see `Plan`.
import { type Component, runUntilSignalled } from '../lifecycle.ts';

/** What this process is to do wrong. */
export interface Plan {
  readonly supervised?: boolean;
  readonly failToStart?: string;
  readonly failToStop?: string;
  readonly hangInStart?: string;
  /** Its start ends only some time after the signal. */
  readonly slowInStart?: string;
  readonly failSlowlyInStart?: string;
  readonly hangInStop?: string;
  readonly stopTimeoutMs?: number;
  readonly startGraceMs?: number;
}

const plan = JSON.parse(process.argv[2] ?? '{}') as Plan;
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const forEver = (): Promise<never> => new Promise(() => setInterval(() => undefined, 1_000));

const component = (name: string): Component => ({
  name,
  async start() {
    say(`start ${name}`);
    if (plan.failToStart === name) throw new Error(`${name} cannot start`);
    if (plan.hangInStart === name) await forEver();
    if (plan.slowInStart !== name && plan.failSlowlyInStart !== name) return;
    await new Promise((resolve) => process.once('SIGTERM', () => setTimeout(resolve, 50)));
    if (plan.failSlowlyInStart === name) throw new Error(`${name} cannot start`);
    say(`started ${name}`);
  },
  async stop() {
    say(`stop ${name}`);
    if (plan.failToStop === name) throw new Error(`${name} cannot stop`);
    if (plan.hangInStop === name) await forEver();
    // Long enough for a second signal to arrive while this one stops.
    await new Promise((resolve) => setTimeout(resolve, 30));
    say(`stopped ${name}`);
  },
});

// Something of a service always keeps the process alive: here it is this.
const alive = setInterval(() => undefined, 1_000);
const told = { debug: () => undefined, info: (_: object, message: string) => say(message) };
try {
  await runUntilSignalled({
    log: { ...told, warn: told.info, error: told.info },
    components: ['a', 'b', 'c'].map(component),
    supervised: plan.supervised ?? false,
    ...(plan.stopTimeoutMs === undefined ? {} : { stopTimeoutMs: plan.stopTimeoutMs }),
    ...(plan.startGraceMs === undefined ? {} : { startGraceMs: plan.startGraceMs }),
  });
} catch (error) {
  say(`failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
clearInterval(alive);
