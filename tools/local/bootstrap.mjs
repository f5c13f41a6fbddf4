// What every root command does first. Runs on the machine's own Node.js (20 or later) before anything is installed:
// built-ins only, no TypeScript.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const node24 = join(root, 'node_modules', '.bin', 'node');
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const requiredMajor = 24;

/** Makes sure that the packages of package-lock.json and Node.js 24 are there. Ends the process with a reason when they cannot be. */
export async function bootstrap() {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    fail(`Node.js 20 or later is needed to begin with; this is ${process.version}.`);
  }
  if (!installed()) await alone(install);
  checkNode24();
}

async function install() {
  // Another command may have done it while this one waited.
  if (!installed()) {
    console.log('Installing packages (npm ci): node_modules is missing or older than package-lock.json');
    // NODE_ENV=production would leave out everything that runs Daybook here.
    const outcome = await run(...npm(), ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {});
    if (outcome !== 0) fail('npm ci failed; its own output above says why.', outcome);
  }
}

/** Two commands in a fresh clone must not install at the same time: the second waits for the first. */
async function alone(task) {
  const lock = join(root, '.daybook-installing');
  for (let told = false; !takeLock(lock); told = true) {
    if (!told) console.log(`Waiting for another command that installs packages (it holds ${lock})`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const release = () => rmSync(lock, { force: true });
  process.once('exit', release);
  await task();
  process.off('exit', release);
  release();
}

/** The lock is a file with the holder's process id; one whose holder is gone counts for nothing. */
function takeLock(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  try {
    process.kill(Number(readFileSync(lock, 'utf8')), 0);
  } catch {
    rmSync(lock, { force: true });
  }
  return false;
}

/** npm writes node_modules/.package-lock.json last, so an interrupted installation counts as missing. */
function installed() {
  const mark = join(root, 'node_modules', '.package-lock.json');
  const lock = join(root, 'package-lock.json');
  return existsSync(mark) && statSync(mark).mtimeMs >= statSync(lock).mtimeMs;
}

function npm() {
  const script = process.env.npm_execpath;
  return script && /npm-cli\.c?js$/.test(script) ? [process.execPath, [script]] : ['npm', []];
}

function checkNode24() {
  const probe = spawnSync(node24, ['--version'], { encoding: 'utf8' });
  const version = probe.status === 0 ? probe.stdout.trim() : undefined;
  if (version?.startsWith(`v${requiredMajor}.`)) return;
  fail(
    `Daybook runs on Node.js ${requiredMajor}, which the npm package "node" brings along, but ` +
      `node_modules/.bin/node ${version ? `is ${version}` : 'is missing'}.\n` +
      'It is put there by an install script: were packages installed with --ignore-scripts? To get it:\n' +
      '  npm ci --ignore-scripts=false',
  );
}

/**
 * Runs a script on Node.js 24 in this process's place, as far as that is possible: same terminal, same process group, signals
 * passed on, and its end is ours. When this process is killed, the script notices by its IPC channel closing.
 */
export async function runOnNode24(script, args) {
  // DEP0123: the AMQP library names a server by its address, which is all that a local one has.
  const options = ['--disable-warning=ExperimentalWarning', '--disable-warning=DEP0123'];
  process.exitCode = await run(node24, options, [join(root, script), ...args], { ipc: true });
}

function run(command, first, rest, { ipc = false }) {
  return new Promise((resolve) => {
    const path = `${join(root, 'node_modules', '.bin')}:${process.env.PATH ?? ''}`;
    const child = spawn(command, [...first, ...rest], {
      cwd: ipc ? process.cwd() : root,
      env: ipc ? { ...process.env, PATH: path } : process.env,
      stdio: ipc ? ['inherit', 'inherit', 'inherit', 'ipc'] : 'inherit',
    });
    const forward = (signal) => child.kill(signal);
    for (const signal of signals) process.on(signal, forward);
    const watch = ipc ? watchNpm() : undefined;
    const end = (code) => {
      clearInterval(watch);
      for (const signal of signals) process.off(signal, forward);
      resolve(code);
    };
    child.on('error', (error) => {
      console.error(`${command}: ${error.message}`);
      end(127);
    });
    child.on('exit', (code, signal) => end(code ?? 128 + (constants.signals[signal ?? 'SIGTERM'] ?? 0)));
  });
}

/** `npm start` is our parent (the script says `exec`). A killed npm tells nobody, so look whether it is still there, and end as it did. */
function watchNpm() {
  if (process.env.npm_lifecycle_event !== 'start') return undefined;
  const parent = process.ppid;
  return setInterval(() => {
    if (process.ppid !== parent) process.exit(1);
  }, 200);
}

function fail(message, code = 1) {
  console.error(message);
  process.exit(code);
}
