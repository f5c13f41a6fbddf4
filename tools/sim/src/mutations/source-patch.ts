import { registerHooks } from 'node:module';
import type { MutationName } from './switches.ts';

interface SourcePatch {
  /** The end of the file's URL. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** For what cannot be changed from outside. */
const patches: Partial<Readonly<Record<MutationName, SourcePatch>>> = {
  'compensation-after-success': {
    file: '/libs/saga/src/decide/state.ts',
    from: 'export const needsUndo =',
    to: "export const needsUndo = (item: ItemState): boolean => item.status === 'succeeded';\nexport const unmutated =",
  },
  'reply-not-awaited': {
    // Only there: what an operator may act on, and what is in doubt when a saga turns round, stays as it is.
    file: '/libs/saga/src/decide/answers.ts',
    from: '!isAwaited(item) || item.round !== intent.round',
    to: 'false',
  },
};

/**
 * Changes a library's source as it is loaded, in this process only. Call it before the first import of that library.
 *
 * @throws Error when the source is loaded and is no longer what the patch was made for
 */
export function patchSource(mutation: MutationName): void {
  const patch = patches[mutation];
  if (patch === undefined) return;
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (!url.endsWith(patch.file)) return loaded;
      const source = String(loaded.source);
      if (source.split(patch.from).length !== 2) {
        throw new Error(`mutation ${mutation}: ${patch.file} has not exactly one ${patch.from}: adapt the patch`);
      }
      return { ...loaded, source: source.replace(patch.from, patch.to) };
    },
  });
}
