// Run in an app's folder: bundles src/main.ts to dist/main.js. Our own packages go in; npm packages stay outside, because
// OpenTelemetry instruments modules as they are loaded and cannot see what is bundled.
import { existsSync } from 'node:fs';
import { build } from 'esbuild';

const entry = 'src/main.ts';
if (!existsSync(entry)) {
  console.error(`Nothing to bundle: ${process.cwd()} has no ${entry}.`);
  process.exit(1);
}

const npmPackagesStayOutside = {
  name: 'npm-packages-stay-outside',
  setup(building) {
    building.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || path.startsWith('@daybook/') ? undefined : { path, external: true },
    );
  },
};

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
