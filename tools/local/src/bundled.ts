import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { StartRefused } from './refusal.ts';

/** How many bundles are kept: those of the working copy as it is, and as it was for systems that still run. */
const keptMax = 8;

/** What was bundled, and from which files. */
interface Bundled {
  readonly folder: string;
  /** State of each source, by its path from the root. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** One after another: who comes second finds what the first has made. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * Bundles TypeScript programs with all that they import, once for each state of the sources and the packages. Node.js then reads a handful
 * of files instead of some 1,900: that is most of what a service needs to start.
 *
 * @param root the repository; bundles are in `node_modules/.cache/daybook`
 * @param scripts absolute paths of programs; they share what they have in common
 * @returns where the bundle of a script is
 * @throws StartRefused `start-failed`, with file and line, where a source is not TypeScript or imports what is not there
 */
export async function bundled(root: string, scripts: readonly string[]): Promise<(script: string) => string> {
  const names = scripts.map((script) => relative(root, script).split(sep).join('/')).sort();
  const mine = turn.then(() => bundleNow(root, names));
  turn = mine.catch(() => undefined);
  const { folder } = await mine;
  return (script) => join(folder, relative(root, script).replace(/\.ts$/, '.js'));
}

async function bundleNow(root: string, names: readonly string[]): Promise<Bundled> {
  const cache = join(root, 'node_modules', '.cache', 'daybook');
  const record = join(cache, `${hashOf(names)}.json`);
  const last = lastOf(record);
  if (last !== undefined && isCurrent(root, last)) return last;
  mkdirSync(cache, { recursive: true });
  // As a whole or not at all, from a folder of one's own: another process may be starting from the same sources.
  const next = mkdtempSync(join(cache, 'next-'));
  try {
    const made = await build(root, cache, names, join(next, 'bundle'));
    writeFileSync(join(next, 'record'), JSON.stringify(made));
    renameSync(join(next, 'record'), record);
    return made;
  } finally {
    rmSync(next, { recursive: true, force: true });
    removeOld(cache);
  }
}

function lastOf(record: string): Bundled | undefined {
  try {
    return JSON.parse(readFileSync(record, 'utf8')) as Bundled;
  } catch {
    return undefined;
  }
}

const isCurrent = (root: string, { folder, inputs }: Bundled): boolean =>
  stateOf(folder) !== undefined && Object.entries(inputs).every(([path, state]) => stateOf(join(root, path)) === state);

/**
 * Same time and size, same content: as for every incremental build.
 *
 * @param beforeMs what was changed since is not known by its state
 */
function stateOf(path: string, beforeMs = Infinity): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat && (stat.mtimeMs < beforeMs ? `${stat.mtimeMs}/${stat.size}` : 'changed');
}

/**
 * What a bundle depends on besides its sources: how it is made, and the packages. npm writes its file last, and it changes with them, so that
 * not each of theirs has to be looked at.
 */
const alsoInputs = ['tools/local/src/bundled.ts', 'node_modules/.package-lock.json'];

/** @param next a folder that is not there yet, in which it is made */
async function build(root: string, cache: string, names: readonly string[], next: string): Promise<Bundled> {
  // Only where something has changed: it takes longer to load than to look that nothing has.
  const esbuild = await import('esbuild');
  // Before anything is read: what is changed meanwhile is bundled again the next time.
  const began = Date.now();
  const { outputFiles, metafile } = await esbuild
    .build({
      ...{ absWorkingDir: root, entryPoints: [...names], outdir: join(cache, 'out'), outbase: root, write: false },
      ...{ bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node24' },
      ...{ chunkNames: 'chunks/[hash]', metafile: true, logLevel: 'silent' },
      // Traces lead to the sources, which are in the repository; errors keep their names.
      keepNames: true,
      ...{ sourcemap: 'linked', sourcesContent: false },
      // CommonJS packages ask for modules of Node.js with `require`, and some for their own place.
      banner: {
        js: "import { createRequire as bundledRequire } from 'node:module'; const require = bundledRequire(import.meta.url);",
      },
      define: { __filename: 'import.meta.filename', __dirname: 'import.meta.dirname' },
    } as const)
    .catch((error: Error) => {
      throw new StartRefused('start-failed', error.message);
    })
    .finally(() => esbuild.stop());
  const folder = join(cache, hashOf(outputFiles.flatMap(({ path, contents }) => [path, contents])));
  for (const { path, contents } of outputFiles) {
    const file = join(next, relative(join(cache, 'out'), path));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, contents);
  }
  renameUnlessThere(next, folder);
  const own = Object.keys(metafile.inputs).filter((path) => !path.includes('node_modules/'));
  const states = [...own, ...alsoInputs].flatMap((path) => {
    const state = stateOf(join(root, path), began);
    return state === undefined ? [] : [[path, state] as const];
  });
  return { folder, inputs: Object.fromEntries(states) };
}

function renameUnlessThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (stateOf(to) === undefined) throw error;
  }
}

/** Also what a process that was killed has left half made. */
function removeOld(cache: string): void {
  const folders = readdirSync(cache, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({
      path: join(cache, name),
      atMs: statSync(join(cache, name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
    }))
    .sort((one, other) => other.atMs - one.atMs);
  for (const { path } of folders.slice(keptMax)) rmSync(path, { recursive: true, force: true });
}

function hashOf(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\n');
  return hash.digest('hex').slice(0, 16);
}
