// az deployment group show --resource-group GROUP --name main --query properties.outputs |
//   node infra/pipelines/fill-overlays.mjs ENVIRONMENT TENANT AUDIENCE
// Writes the ids of an environment into the overlays of all services: client ids from the outputs of infra/bicep, the tenant that callers sign in to,
// and the application that register-api.sh made. They are no secrets; commit them.
import { readFileSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

const services = ['order', 'inventory', 'payment', 'fulfilment'];
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** @param clientIds by identity @throws Error where one is missing or is none */
export function fillIdentity(yaml, service, clientIds) {
  const of = (identity) => {
    const id = clientIds[identity] ?? '';
    if (!guid.test(id)) throw new Error(`no client id of ${identity} among the outputs: ${JSON.stringify(id)}`);
    return id;
  };
  return yaml
    .replace(/(azure\.workload\.identity\/client-id: ).*/, `$1${of(service)}`)
    .replace(/(identityId: ).*/, `$1${of('scaler')}`);
}

export function fillSettings(yaml, tenant, audience) {
  for (const [name, id] of Object.entries({ TENANT: tenant, AUDIENCE: audience })) {
    if (!guid.test(id ?? '')) throw new Error(`${name} must be a GUID, not ${JSON.stringify(id)}`);
  }
  return yaml
    .replace(/(login\.microsoftonline\.com\/)[^/\s]+/g, `$1${tenant}`)
    .replace(/(AUTH_AUDIENCE=).*/, `$1${audience}`);
}

async function main([environment, tenant, audience]) {
  const outputs = JSON.parse(await text(process.stdin));
  const clientIds = Object.fromEntries(outputs.clientIds.value.map(({ identity, clientId }) => [identity, clientId]));
  const filled = services.flatMap((service) => {
    const folder = `apps/${service}/deploy/overlays/${environment}`;
    const [identity, settings] = [`${folder}/identity.yaml`, `${folder}/kustomization.yaml`];
    return [
      [identity, fillIdentity(readFileSync(identity, 'utf8'), service, clientIds)],
      [settings, fillSettings(readFileSync(settings, 'utf8'), tenant, audience)],
    ];
  });
  // All or nothing: what is missing was found before this.
  for (const [file, yaml] of filled) writeFileSync(file, yaml);
  console.log(`filled ${filled.length} files of ${environment}`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  if (process.argv.length === 5) await main(process.argv.slice(2));
  else {
    console.error('usage: node infra/pipelines/fill-overlays.mjs ENVIRONMENT TENANT AUDIENCE <outputs.json');
    process.exitCode = 2;
  }
}
