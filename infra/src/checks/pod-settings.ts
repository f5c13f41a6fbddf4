import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { containers, type ServiceName } from '@daybook/contracts';
import { readSettings, type Settings } from '@daybook/service-kit';
import type { InfraProblem } from './problem.ts';
import type { Manifest } from './render.ts';

interface Container {
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly envFrom?: readonly { readonly configMapRef?: { readonly name: string } }[];
}

/** Variables that Node.js itself reads. */
const ofNode: readonly string[] = ['NODE_OPTIONS'];

/**
 * Gives the environment of an overlay's pod to the service's own `readSettings`: a pod that would not start, that would sign in by a key,
 * or that is told what nobody reads is found here and not by a cluster.
 *
 * @param main the text of the service's `main.ts`, which may read variables of its own
 */
export function settingsProblems(
  where: string,
  app: ServiceName,
  objects: readonly Manifest[],
  main: string,
): readonly InfraProblem[] {
  const environment = environmentOf(objects);
  const read = new Set<string>(ofNode);
  const watched = new Proxy(environment, {
    get(target, name) {
      read.add(String(name));
      return target[String(name)];
    },
  });
  try {
    const settings = readSettings(watched, { name: app, defaultPort: 0, process: 'pod' });
    for (const [, name = ''] of main.matchAll(/process\.env\['(\w+)'\]/g)) read.add(name);
    const unread = Object.keys(environment).filter((name) => !read.has(name));
    return [...unread.map((name) => `${name}: the service does not read it`), ...insecure(app, settings)].map(
      (what) => ({
        where,
        what,
      }),
    );
  } catch (error) {
    return [{ where, what: `the service would not start: ${(error as Error).message}` }];
  }
}

/** @param root the repository */
export const mainOf = (root: string, app: string): string =>
  readFileSync(join(root, 'apps', app, 'src', 'main.ts'), 'utf8');

/** What the pod of an overlay finds in its environment. */
export function environmentOf(objects: readonly Manifest[]): Readonly<Record<string, string>> {
  const deployment = objects.find(({ kind }) => kind === 'Deployment');
  const spec = deployment?.['spec'] as { template: { spec: { containers: readonly Container[] } } } | undefined;
  const environment: Record<string, string> = {};
  for (const { env = [], envFrom = [] } of spec?.template.spec.containers ?? []) {
    for (const { configMapRef } of envFrom) {
      const map = objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === configMapRef?.name);
      Object.assign(environment, map?.['data']);
    }
    for (const { name, value } of env) environment[name] = value ?? '<known only to the pod>';
  }
  return environment;
}

function insecure(app: ServiceName, { cosmos, eventHubs, blob, keyWrapping, auth }: Settings): readonly string[] {
  const hasPersonalData = containers.some(({ service, purpose }) => service === app && purpose === 'subject-keys');
  return [
    ...(cosmos.key === undefined ? [] : ['Cosmos DB is reached by a key: name COSMOS_ENDPOINT alone']),
    ...('connectionString' in eventHubs
      ? ['Event Hubs is reached by a connection string: name EVENTHUBS_NAMESPACE']
      : []),
    ...('connectionString' in blob ? ['Blob storage is reached by a connection string: name BLOB_ENDPOINT'] : []),
    ...(keyWrapping !== undefined && 'file' in keyWrapping ? ['the keys of personal data are wrapped by a file'] : []),
    ...(hasPersonalData && keyWrapping === undefined
      ? ['KEY_VAULT_KEY: it has personal data, and no key for them']
      : []),
    ...(auth === undefined ? ['nobody has to prove who they are'] : []),
  ];
}
