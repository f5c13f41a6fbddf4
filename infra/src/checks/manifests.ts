import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { apps } from './dockerfiles.ts';
import { rulesOfOverlay } from './manifest-rules.ts';
import { typeProblems } from './manifest-types.ts';
import type { CheckResult, InfraProblem } from './problem.ts';
import { type Manifest, render, whyNotRendered } from './render.ts';

/** @param root the repository */
export function checkManifests(root: string): CheckResult {
  const overlays = apps.flatMap((app) =>
    readdirSync(join(root, 'apps', app, 'deploy', 'overlays')).map((name) => ({
      app,
      folder: `apps/${app}/deploy/overlays/${name}`,
    })),
  );
  const looked = `${overlays.length} overlays`;
  const skipped = whyNotRendered();
  if (skipped !== undefined) return { looked, problems: [], skipped };

  const objects: { where: string; manifest: Manifest }[] = [];
  const problems: InfraProblem[] = [];
  for (const { app, folder } of [...overlays, { app: undefined, folder: 'infra/cluster/shared' }]) {
    try {
      const rendered = render(join(root, folder));
      objects.push(...rendered.map((manifest) => ({ where: folder, manifest })));
      if (app !== undefined) problems.push(...rulesOfOverlay(folder, app, rendered));
    } catch (error) {
      problems.push({ where: folder, what: (error as Error).message });
    }
  }
  return { looked: `${looked}, ${objects.length} objects`, problems: [...problems, ...typeProblems(objects)] };
}
