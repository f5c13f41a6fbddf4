import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { StartRefused } from '../refusal.ts';
import type { ProcessSpec } from './process-spec.ts';

const host = '127.0.0.1';
const connectTimeoutMs = 1_000;
// Below the ranges from which Linux and macOS take ports for outgoing connections: a process that restarts finds its port free.
const freeRange = { first: 20_000, last: 31_900 };
const attemptsMax = 200;

/** True when something accepts connections on the port. */
export const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host, timeout: connectTimeoutMs });
    const done = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', done(true)).once('error', done(false)).once('timeout', done(false));
  });

const canListen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host }, () => server.close(() => resolve(true)));
  });

// Both: on macOS one may listen on loopback although another process listens on all addresses.
const isFree = async (port: number): Promise<boolean> => !(await accepts(port)) && (await canListen(port));

/** Refuses with `port-in-use` when a process of the list could not listen. */
export async function requireFreePorts(specs: readonly ProcessSpec[]): Promise<void> {
  const taken: string[] = [];
  for (const { name, port } of specs) {
    if (port === undefined || (await isFree(port.number))) continue;
    const holder = holderOf(port.number);
    taken.push(
      `Port ${port.number}, on which ${name} would listen, is in use${holder === undefined ? '' : ` by ${holder}`} (${port.variable}).`,
    );
  }
  if (taken.length > 0) {
    const remedy =
      'Stop what uses it, or add to all ports with DAYBOOK_PORT_OFFSET, for example DAYBOOK_PORT_OFFSET=1000 npm start.';
    throw new StartRefused('port-in-use', [...taken, remedy].join('\n'));
  }
}

/** Ports in a row of which all are free at this moment. `random` gives numbers in [0, 1). */
export async function findFreePorts(count: number, random: () => number): Promise<readonly number[]> {
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const first = freeRange.first + Math.floor(random() * (freeRange.last - freeRange.first - count));
    const ports = Array.from({ length: count }, (_, index) => first + index);
    const free = await Promise.all(ports.map(isFree));
    if (free.every(Boolean)) return ports;
  }
  throw new StartRefused(
    'port-in-use',
    `No ${count} free ports in a row between ${freeRange.first} and ${freeRange.last}.`,
  );
}

/** Who listens on the port, as far as this user may know. */
function holderOf(port: number): string | undefined {
  try {
    return process.platform === 'linux' ? holderFromProc(port) : holderFromLsof(port);
  } catch {
    return undefined;
  }
}

function holderFromProc(port: number): string | undefined {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const listening = '0A';
  const inodes = new Set(
    ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) =>
      lines(table)
        .map((line) => line.trim().split(/\s+/))
        .filter((fields) => fields[1]?.endsWith(`:${hexPort}`) === true && fields[3] === listening)
        .map((fields) => `socket:[${fields[9] ?? ''}]`),
    ),
  );
  if (inodes.size === 0) return undefined;
  const pid = readdirSync('/proc').find((entry) => /^\d+$/.test(entry) && holdsOneOf(entry, inodes));
  if (pid === undefined) return undefined;
  // Options first would hide what is run.
  const isOption = (argument: string): boolean => argument.startsWith('-') || argument.startsWith('file:');
  const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    .split('\0')
    .filter((argument) => !isOption(argument))
    .join(' ')
    .trim();
  return `process ${pid} (${command.slice(0, 160)})`;
}

function lines(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
}

function holdsOneOf(pid: string, inodes: ReadonlySet<string>): boolean {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((fd) => {
      try {
        return inodes.has(readlinkSync(`${folder}/${fd}`));
      } catch {
        return false;
      }
    });
  } catch {
    return false;
  }
}

function holderFromLsof(port: number): string | undefined {
  const output = execFileSync('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], { encoding: 'utf8' });
  const pid = /^p(\d+)$/m.exec(output)?.[1];
  return pid === undefined ? undefined : `process ${pid} (${/^c(.*)$/m.exec(output)?.[1] ?? '?'})`;
}
