import type { Tree } from '@nx/devkit';
import { textOf } from '../edit.ts';
import { refuse } from '../refused.ts';

/** Whose deployment is taken as a pattern: what was filled in for an environment (addresses, the tenant) holds for every service. */
const model = 'payment';

/**
 * Image and manifests as the other services have them, but scaled by CPU and by the lag of its feed alone: it takes nothing from a hub.
 *
 * @throws GenerationRefused where the pattern has another form
 */
export function addDeployment(tree: Tree, service: string): void {
  const [from, to] = [`apps/${model}`, `apps/${service}`];
  // What the service's templates and infra's generator make.
  const own = [`${from}/deploy/base/scaled-object.yaml`, `${from}/deploy/dashboard.json`];
  const files = [`${from}/Dockerfile`, ...filesBelow(tree, `${from}/deploy`)].filter((file) => !own.includes(file));
  for (const file of files) {
    const text = textOf(tree, file).replaceAll(new RegExp(`\\b${model}\\b`, 'g'), service);
    tree.write(file.replace(from, to), changed(file, text));
  }
}

function changed(file: string, text: string): string {
  if (file.endsWith('/identity.yaml')) return text.replace(clientId, '$100000000-0000-0000-0000-000000000000');
  return file.endsWith('/scale.yaml') ? withoutHub(file, text) : text;
}

/** Its identity is its own, and known once it is there (infra/pipelines/fill-overlays.mjs). */
const clientId = /(azure\.workload\.identity\/client-id: ).*/;

/** The second trigger, a hub, is missing: the third one takes its place. */
function withoutHub(file: string, text: string): string {
  const lines = text.split('\n').filter((line) => !line.includes('/spec/triggers/1/'));
  const kept = lines.join('\n').replaceAll('/spec/triggers/2/', '/spec/triggers/1/');
  const paths = [...kept.matchAll(/path: \/spec\/triggers\/(\S+),/g)].map(([, path]) => path);
  if (paths.join() === '1/metadata/serverAddress') return kept;
  return refuse(
    `${file}: expected the address of Prometheus as the only setting of trigger 2, and found ${paths.join(', ')}.`,
  );
}

const filesBelow = (tree: Tree, folder: string): readonly string[] =>
  tree.children(folder).flatMap((name) => {
    const path = `${folder}/${name}`;
    return tree.isFile(path) ? [path] : filesBelow(tree, path);
  });
