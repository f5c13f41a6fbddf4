import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hubs } from '@daybook/contracts';
import type { InfraProblem } from './problem.ts';
import { environmentOf } from './pod-settings.ts';
import type { Manifest } from './render.ts';

/** The names of an environment's resources, as `infra/bicep/main.bicep` makes them of its parameters. */
export interface EnvironmentNames {
  readonly prefix: string;
  readonly environment: string;
}

/** @param root the repository */
export function environmentNames(root: string, environment: string): EnvironmentNames {
  const file = join(root, 'infra', 'bicep', 'parameters', `${environment}.json`);
  const { parameters } = JSON.parse(readFileSync(file, 'utf8')) as {
    parameters: { prefix: { value: string }; environment: { value: string } };
  };
  return { prefix: parameters.prefix.value, environment: parameters.environment.value };
}

/** That an overlay names the resources that Bicep makes: after a change of `prefix`, a forgotten one is found here. */
export function nameProblems(
  where: string,
  app: string,
  objects: readonly Manifest[],
  { prefix, environment }: EnvironmentNames,
): readonly InfraProblem[] {
  const [dashed, joined] = [`${prefix}-${environment}`, `${prefix}${environment}`];
  const variables: Readonly<Record<string, string>> = {
    COSMOS_ENDPOINT: `https://${dashed}.documents.azure.com:443/`,
    EVENTHUBS_NAMESPACE: `${dashed}-hubs.servicebus.windows.net`,
    BLOB_ENDPOINT: `https://${joined}.blob.core.windows.net`,
    KEY_VAULT_KEY: `https://${dashed}.vault.azure.net/keys/subjects`,
  };
  const values = environmentOf(objects);
  const text = JSON.stringify(objects.filter(({ kind }) => kind !== 'ConfigMap'));
  // By hub are those scaled that take something from one.
  const takesFromHub = hubs.some(({ consumerGroups }) => consumerGroups.some((group) => group === app));
  const wanted = [
    `"image":"${joined}.azurecr.io/${app}:`,
    ...(takesFromHub ? [`"eventHubNamespace":"${dashed}-hubs"`, `"storageAccountName":"${joined}"`] : []),
  ];
  return [
    ...Object.entries(variables)
      .filter(([name, value]) => values[name] !== undefined && values[name] !== value)
      .map(([name, value]) => `${name}: ${values[name]}, but Bicep makes ${value}`),
    ...wanted.filter((part) => !text.includes(part)).map((part) => `lacks ${part}, which Bicep makes`),
  ].map((what) => ({ where, what }));
}
