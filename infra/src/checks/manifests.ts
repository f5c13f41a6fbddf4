import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type ServiceName, serviceNames } from '@daybook/contracts';
import { collectorProblems } from './collector.ts';
import { environmentNames, nameProblems } from './environment-names.ts';
import { rulesOfCollector, rulesOfOverlay } from './manifest-rules.ts';
import { typeProblems } from './manifest-types.ts';
import { mainOf, settingsProblems } from './pod-settings.ts';
import type { CheckResult, InfraProblem } from './problem.ts';
import { type Manifest, render, whyNotRendered } from './render.ts';

const telemetry = 'infra/cluster/telemetry/overlays';

/** @param root the repository */
export async function checkManifests(root: string): Promise<CheckResult> {
  const overlays = serviceNames.flatMap((app) =>
    readdirSync(join(root, 'apps', app, 'deploy', 'overlays')).map((name) => ({
      ...{ app, name },
      folder: `apps/${app}/deploy/overlays/${name}`,
    })),
  );
  const collectors = readdirSync(join(root, telemetry)).map((name) => `${telemetry}/${name}`);
  const looked = `${overlays.length + collectors.length} overlays`;
  const skipped = whyNotRendered();
  if (skipped !== undefined) return { looked, problems: [], skipped };

  const folders = [
    ...overlays,
    ...['infra/cluster/shared', ...collectors].map((folder) => ({ app: undefined, folder })),
  ];
  const checked = await Promise.all(folders.map(({ app, folder }) => checkFolder(root, folder, app)));
  const objects = checked.flatMap(({ where, objects }) => objects.map((manifest) => ({ where, manifest })));
  const rendered = (folder: string): readonly Manifest[] =>
    checked.find(({ where }) => where === folder)?.objects ?? [];
  const problems = [
    ...checked.flatMap((each) => each.problems),
    ...typeProblems(objects),
    ...collectors.flatMap((folder) => rulesOfCollector(folder, rendered(folder))),
    ...overlays.flatMap(({ folder, name }): readonly InfraProblem[] => {
      const [service, collector] = [rendered(folder), rendered(`${telemetry}/${name}`)];
      if (service.length === 0) return [];
      if (collector.length === 0) return [{ where: folder, what: `there is no ${telemetry}/${name}` }];
      return collectorProblems(folder, service, collector);
    }),
  ];
  return { looked: `${looked}, ${objects.length} objects`, problems };
}

interface Checked {
  readonly where: string;
  readonly objects: readonly Manifest[];
  readonly problems: readonly InfraProblem[];
}

async function checkFolder(root: string, where: string, app: ServiceName | undefined): Promise<Checked> {
  try {
    const objects = await render(join(root, where));
    if (app === undefined) return { where, objects, problems: [] };
    const problems = [
      ...rulesOfOverlay(where, app, objects),
      ...settingsProblems(where, app, objects, mainOf(root, app)),
      ...nameProblems(where, app, objects, environmentNames(root, basename(where))),
    ];
    return { where, objects, problems };
  } catch (error) {
    return { where, objects: [], problems: [{ where, what: (error as Error).message }] };
  }
}
