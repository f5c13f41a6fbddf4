// Run in an app's folder: bundles src/main.ts to dist/main.js. Our own packages go in; npm packages stay outside, because
// OpenTelemetry instruments modules as they are loaded and cannot see what is bundled. Which ones, and in which version, says
// dist/package.json: what an image needs besides (image-packages.mjs), and that main.js is an ES module.
import { existsSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { manifestOf, packageFolder, packageOf } from './packages.mjs';

const entry = 'src/main.ts';
if (!existsSync(entry)) {
  console.error(`Nothing to bundle: ${process.cwd()} has no ${entry}.`);
  process.exit(1);
}

const versions = new Map();
const npmPackagesStayOutside = {
  name: 'npm-packages-stay-outside',
  setup(building) {
    building.onResolve({ filter: /^[^./]/ }, ({ path, kind, resolveDir }) => {
      if (kind === 'entry-point' || path.startsWith('@daybook/')) return undefined;
      const name = packageOf(path);
      return (name && remember(name, resolveDir)) ?? { path, external: true };
    });
  },
};

/** The bundle lies in one place: what its parts meet under one name has to be one thing. */
function remember(name, from) {
  const folder = packageFolder(name, from);
  if (folder === undefined) return { errors: [{ text: `${name} is not installed` }] };
  const { version } = manifestOf(folder);
  const known = versions.get(name) ?? version;
  versions.set(name, version);
  if (known === version) return undefined;
  return { errors: [{ text: `${name} is met here as ${version} and elsewhere as ${known}: use one version` }] };
}

await build({
  entryPoints: [entry],
  outfile: 'dist/main.js',
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  sourcemap: true,
  logLevel: 'warning',
  plugins: [npmPackagesStayOutside],
});
const dependencies = Object.fromEntries([...versions].sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(
  'dist/package.json',
  `${JSON.stringify({ private: true, type: 'module', dependencies }, undefined, 2)}\n`,
);
