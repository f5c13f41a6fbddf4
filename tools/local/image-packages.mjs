// node tools/local/image-packages.mjs DIST TARGET: copies to TARGET/node_modules the npm packages that DIST/package.json names, and what
// those need, as they are installed here: what an image has besides the bundle. npm itself would also install what only the tests of our
// own packages need. Types, sources in TypeScript, source maps and manuals stay behind, which is two thirds of it; licences do not.
import { cpSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { manifestOf, packageFolder } from './packages.mjs';

const [dist, target] = process.argv.slice(2);
if (dist === undefined || target === undefined) {
  console.error('usage: node tools/local/image-packages.mjs DIST TARGET');
  process.exit(2);
}

const root = resolve(import.meta.dirname, '..', '..');
const folders = new Set();
need(Object.keys(manifestOf(resolve(dist)).dependencies), root, resolve(dist));
for (const folder of folders) {
  cpSync(folder, join(target, relative(root, folder)), {
    recursive: true,
    // A package in another one's folder is copied when somebody needs it.
    filter: (source) => source === folder || (basename(source) !== 'node_modules' && !isLeftOut(basename(source))),
  });
}
console.log(`${folders.size} packages for ${dist}`);

function isLeftOut(name) {
  return /\.(map|[cm]?ts|md)$/.test(name) && !/^licen[cs]e/i.test(name);
}

function need(names, from, neededBy, optional = () => false) {
  for (const name of names) {
    const folder = packageFolder(name, from);
    if (folder === undefined) {
      if (optional(name)) continue;
      console.error(`${name}, needed by ${neededBy}, is not installed`);
      process.exit(1);
    }
    if (folders.has(folder)) continue;
    folders.add(folder);
    const {
      dependencies = {},
      optionalDependencies = {},
      peerDependencies = {},
      peerDependenciesMeta = {},
    } = manifestOf(folder);
    const all = { ...peerDependencies, ...dependencies, ...optionalDependencies };
    need(
      Object.keys(all),
      folder,
      folder,
      (each) => each in optionalDependencies || peerDependenciesMeta[each]?.optional === true,
    );
  }
}
