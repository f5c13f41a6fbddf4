import type { Escape } from '../schema/escapes.ts';

/** In the words of who relies on it. */
export function inWords(found: readonly Escape[], at: string): readonly string[] {
  return found.map(({ path, keyword, one, other }) => {
    const place = [at, path].filter((part) => part !== '').join(' ');
    if (keyword === 'properties' || (keyword === 'required' && one === undefined)) return `${place} is not there`;
    if (keyword === 'required') return `${place} may be absent`;
    return `${place}: ${keyword} is ${JSON.stringify(one) ?? 'not said'}, expected is ${JSON.stringify(other)}`;
  });
}
