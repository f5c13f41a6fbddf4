// npm packages as they lie in node_modules. Built-ins only: images are made with this.
import { existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';

/** `@azure/cosmos` of `@azure/cosmos/dist/x`; `undefined` for what Node.js has itself. */
export function packageOf(specifier) {
  const parts = specifier.split('/');
  const name = parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
  return specifier.startsWith('node:') || builtinModules.includes(name) ? undefined : name;
}

/** The folder of a package as code in a folder meets it, or `undefined`. */
export function packageFolder(name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}

export const manifestOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
