import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataFolder } from './data-folder.ts';
import type { DataFolder } from './data-folder.ts';
import { isAlive } from './fakes.ts';
import { identify } from './process-identity.ts';

describe('the data folder', () => {
  let parent: string;
  let path: string;
  const lines: string[] = [];
  const open = (fresh = false): Promise<DataFolder> =>
    openDataFolder({ path, fresh, command: 'npm start', urls: {}, log: (line) => void lines.push(line) });

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'daybook-data-'));
    path = join(parent, 'data');
  });
  afterEach(() => rmSync(parent, { recursive: true, force: true }));

  it('is made, marked with its format, and survives being given up', async () => {
    const first = await open();
    writeFileSync(join(path, 'events'), 'kept');
    first.release();
    const second = await open();
    expect(readFileSync(join(path, 'format.json'), 'utf8')).toBe('{"version":1}\n');
    expect(readFileSync(join(path, 'events'), 'utf8')).toBe('kept');
    second.release();
  });

  it('is refused while in use, naming the holder, also to those who want it fresh', async () => {
    const folder = await open();
    writeFileSync(join(path, 'events'), 'kept');
    await expect(open(true)).rejects.toMatchObject({
      code: 'data-folder-in-use',
      message: expect.stringContaining(`in use by npm start (process ${process.pid}`),
    });
    expect(existsSync(join(path, 'events'))).toBe(true);
    folder.release();
  });

  it('does not mistake a stale holder for a living one, even when the pid is in use again', async () => {
    (await open()).release();
    const stale = { pid: process.pid, startedAt: 'long ago', command: 'npm start', since: '', urls: {} };
    writeFileSync(
      join(path, 'holder.json'),
      JSON.stringify({ ...stale, children: [{ pid: process.pid, startedAt: 'x' }] }),
    );
    (await open()).release();
    expect(lines).toEqual([]);
  });

  it('waits for the processes of a killed holder', async () => {
    (await open()).release();
    const orphan = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 300)'], { stdio: 'ignore' });
    const pid = orphan.pid ?? 0;
    writeFileSync(join(path, 'holder.json'), JSON.stringify({ children: [identify(pid)] }));
    const folder = await open();
    expect(isAlive(pid)).toBe(false);
    expect(lines).toContain('The last run was killed; waiting for 1 of its processes to end');
    folder.release();
  });

  it('is emptied when wanted fresh, whatever format it had', async () => {
    (await open()).release();
    writeFileSync(join(path, 'format.json'), '{"version":99}');
    writeFileSync(join(path, 'events'), 'old');
    (await open(true)).release();
    expect(existsSync(join(path, 'events'))).toBe(false);
    expect(readFileSync(join(path, 'format.json'), 'utf8')).toBe('{"version":1}\n');
  });

  it.each(['{"version":2}', '{}', 'null', 'rubbish'])('is refused with the format %s', async (format) => {
    (await open()).release();
    writeFileSync(join(path, 'format.json'), format);
    await expect(open()).rejects.toMatchObject({
      code: 'data-format-unknown',
      message: expect.stringContaining(format),
    });
  });

  it('is refused, and never emptied, when it holds anything else', async () => {
    mkdirSync(path);
    writeFileSync(join(path, 'thesis.txt'), 'ten years of work');
    await expect(open(true)).rejects.toMatchObject({ code: 'data-folder-foreign' });
    expect(existsSync(join(path, 'thesis.txt'))).toBe(true);
  });
});
