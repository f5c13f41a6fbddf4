import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { replaceFile } from '../files.ts';
import { StartRefused } from '../refusal.ts';
import { identify, isRunning } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** The version of all that is written below a data folder. Raise it when older programs would misread what newer ones wrote. */
export const dataFormatVersion = 1;

const orphansMayTakeMs = 5_000;
const ours = { lock: 'lock.db', format: 'format.json', holder: 'holder.json' };

/** Who uses a data folder, as written in its holder.json. */
export interface Holder extends ProcessIdentity {
  readonly command: string;
  readonly since: string;
  /** Base addresses of the services by name, when it runs them. */
  readonly urls: Readonly<Record<string, string>>;
  readonly children: readonly ProcessIdentity[];
}

export interface DataFolder {
  readonly path: string;
  /** Writes down which processes use the folder on the holder's behalf, so that the next one can wait for them after a crash. */
  recordChildren(pids: readonly number[]): void;
  /** Gives the folder up. */
  release(): void;
}

export interface DataFolderOptions {
  readonly path: string;
  /** Delete what is in it first. */
  readonly fresh: boolean;
  readonly command: string;
  readonly urls: Readonly<Record<string, string>>;
  readonly log: (line: string) => void;
}

/**
 * Takes a data folder for this process, making it if it is not there.
 * Refuses with `data-folder-in-use`, `data-folder-foreign` or `data-format-unknown`.
 */
export async function openDataFolder(options: DataFolderOptions): Promise<DataFolder> {
  const { path, fresh, command, urls, log } = options;
  requireOurs(path);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const unlock = lock(path);
  try {
    await outliveOrphans(path, log);
    if (fresh) empty(path);
    requireKnownFormat(path);
  } catch (error) {
    unlock();
    throw error;
  }
  const me = identify(process.pid) ?? { pid: process.pid, startedAt: '' };
  const holder: Holder = { ...me, command, since: new Date().toISOString(), urls, children: [] };
  const write = (children: readonly ProcessIdentity[]): void =>
    replaceFile(join(path, ours.holder), `${JSON.stringify({ ...holder, children })}\n`);
  write([]);
  return {
    path,
    recordChildren: (pids) => write(pids.map(identify).filter((identity) => identity !== undefined)),
    release: () => {
      rmSync(join(path, ours.holder), { force: true });
      unlock();
    },
  };
}

/** Who uses the folder at this moment; undefined when nobody does. */
export function holderOf(path: string): Holder | undefined {
  const holder = readHolder(path);
  return holder !== undefined && isRunning(holder) ? holder : undefined;
}

/** A folder with other things in it may be anything, a home directory for instance, and `--fresh` would empty it. */
function requireOurs(path: string): void {
  if (!existsSync(path) || existsSync(join(path, ours.format)) || existsSync(join(path, ours.lock))) return;
  if (readdirSync(path).length === 0) return;
  throw new StartRefused(
    'data-folder-foreign',
    `${path} is not empty and holds no Daybook data (it has no ${ours.format}). Name another folder with DAYBOOK_DATA.`,
  );
}

/**
 * An exclusive transaction on an empty SQLite database is a lock of the operating system: it ends with the process, however that
 * ends, so there is nothing to clean up and no pid to mistake for another.
 */
function lock(path: string): () => void {
  const database = new DatabaseSync(join(path, ours.lock), { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch {
    database.close();
    const holder = readHolder(path);
    const who =
      holder === undefined ? 'another process' : `${holder.command} (process ${holder.pid}, since ${holder.since})`;
    throw new StartRefused(
      'data-folder-in-use',
      `The data folder ${path} is in use by ${who}.\n` +
        'Stop that first, or run beside it with DAYBOOK_PORT_OFFSET (which has a data folder of its own) or DAYBOOK_DATA.',
    );
  }
  return () => database.close();
}

/** Processes of a holder that was killed end by themselves within seconds; they must have let go of the data before others open it. */
async function outliveOrphans(path: string, log: (line: string) => void): Promise<void> {
  let orphans = readHolder(path)?.children.filter(isRunning) ?? [];
  if (orphans.length === 0) return;
  log(`The last run was killed; waiting for ${orphans.length} of its processes to end`);
  const deadline = Date.now() + orphansMayTakeMs;
  while (orphans.length > 0 && Date.now() < deadline) {
    await sleep(50);
    orphans = orphans.filter(isRunning);
  }
  for (const { pid } of orphans) {
    log(`Process ${pid} of the last run did not end: killing it`);
    process.kill(pid, 'SIGKILL');
  }
  while (orphans.some(isRunning)) await sleep(20);
}

function empty(path: string): void {
  for (const entry of readdirSync(path)) {
    if (entry !== ours.lock) rmSync(join(path, entry), { recursive: true, force: true });
  }
}

function requireKnownFormat(path: string): void {
  const file = join(path, ours.format);
  if (!existsSync(file)) {
    replaceFile(file, `${JSON.stringify({ version: dataFormatVersion })}\n`);
    return;
  }
  const content = readFileSync(file, 'utf8');
  if (versionIn(content) === dataFormatVersion) return;
  throw new StartRefused(
    'data-format-unknown',
    `The data in ${path} has format ${content.trim().slice(0, 80)}; this Daybook reads version ${dataFormatVersion} only.\n` +
      'Use the Daybook that wrote it, name another folder with DAYBOOK_DATA, or give the data up with: npm start -- --fresh',
  );
}

function versionIn(content: string): unknown {
  try {
    return (JSON.parse(content) as { version?: unknown } | null)?.version;
  } catch {
    return undefined;
  }
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(join(path, ours.holder), 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}
