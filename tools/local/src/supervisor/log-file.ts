import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A log is put aside (as <process>.log.1) when its process is started and the log has grown beyond this. */
const logBytesMax = 32 * 1024 * 1024;
const tailBytes = 16 * 1024;

/** Path of a process's log. */
export const logPath = (folder: string, name: string): string => join(folder, `${name}.log`);

/** Opens a process's log for appending; the caller closes it. The process writes by itself, so nothing is lost with the supervisor. */
export function openLog(folder: string, name: string): number {
  mkdirSync(folder, { recursive: true });
  const path = logPath(folder, name);
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > logBytesMax) renameSync(path, `${path}.1`);
  return openSync(path, 'a');
}

/** The last lines of a process's log, oldest first. */
export function logTail(folder: string, name: string, linesMax: number): readonly string[] {
  let file: number;
  try {
    file = openSync(logPath(folder, name), 'r');
  } catch {
    return [];
  }
  try {
    const { size } = fstatSync(file);
    const buffer = Buffer.alloc(Math.min(size, tailBytes));
    readSync(file, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8').trimEnd().split('\n').slice(-linesMax);
  } finally {
    closeSync(file);
  }
}
