import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { collectorProblems } from './collector.ts';
import { apps } from './dockerfiles.ts';
import { rulesOfOverlay, rulesOfPods } from './manifest-rules.ts';
import { typeProblems } from './manifest-types.ts';
import type { CheckResult, InfraProblem } from './problem.ts';
import { type Manifest, render, whyNotRendered } from './render.ts';

const telemetry = 'infra/cluster/telemetry/overlays';

/** @param root the repository */
export function checkManifests(root: string): CheckResult {
  const overlays = apps.flatMap((app) =>
    readdirSync(join(root, 'apps', app, 'deploy', 'overlays')).map((name) => ({
      ...{ app, name },
      folder: `apps/${app}/deploy/overlays/${name}`,
    })),
  );
  const collectors = readdirSync(join(root, telemetry)).map((name) => `${telemetry}/${name}`);
  const looked = `${overlays.length + collectors.length} overlays`;
  const skipped = whyNotRendered();
  if (skipped !== undefined) return { looked, problems: [], skipped };

  const objects: { where: string; manifest: Manifest }[] = [];
  const problems: InfraProblem[] = [];
  const rendered = new Map<string, readonly Manifest[]>();
  for (const folder of ['infra/cluster/shared', ...collectors, ...overlays.map((overlay) => overlay.folder)]) {
    try {
      rendered.set(folder, render(join(root, folder)));
    } catch (error) {
      problems.push({ where: folder, what: (error as Error).message });
    }
  }
  for (const [folder, manifests] of rendered)
    objects.push(...manifests.map((manifest) => ({ where: folder, manifest })));
  for (const folder of collectors) problems.push(...rulesOfPods(folder, rendered.get(folder) ?? []));
  for (const { app, folder, name } of overlays) {
    const service = rendered.get(folder);
    const collector = rendered.get(`${telemetry}/${name}`);
    if (service === undefined) continue;
    problems.push(...rulesOfOverlay(folder, app, service));
    if (collector === undefined) problems.push({ where: folder, what: `there is no ${telemetry}/${name}` });
    else problems.push(...collectorProblems(folder, service, collector));
  }
  return { looked: `${looked}, ${objects.length} objects`, problems: [...problems, ...typeProblems(objects)] };
}
