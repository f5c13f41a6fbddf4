// az deployment group show --resource-group GROUP --name main --query properties.outputs |
//   node infra/pipelines/fill-overlays.mjs ENVIRONMENT TENANT AUDIENCE
// Writes what is known of an environment only once it is there into the overlays of all services and of the collector: client ids and addresses from the
// outputs of infra/bicep, the tenant that callers sign in to, and the application that register-api.sh made. There are no secrets among it; commit it.
import { readFileSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

/** As `libs/contracts` has them. */
const { services } = JSON.parse(readFileSync(new URL('../bicep/generated/topology.json', import.meta.url), 'utf8'));
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

/** Where KEDA asks how far the feeds are: the address of PromQL. */
export const fillScale = (yaml, { PROMETHEUS }) =>
  yaml.replace(/https:\/\/[^'\s]*\.prometheus\.monitor\.azure\.com/, said('PROMETHEUS', PROMETHEUS, /^https:\/\/\S+$/));

export const fillCollectorIdentity = (yaml, { CLIENT_ID }) =>
  yaml.replace(/(azure\.workload\.identity\/client-id: ).*/, `$1${said('CLIENT_ID', CLIENT_ID, guid)}`);

/** Where the collector writes to. */
export const fillCollector = (yaml, { REMOTE_WRITE_URL, APPLICATIONINSIGHTS_CONNECTION_STRING }) =>
  yaml
    .replace(/(REMOTE_WRITE_URL=).*/, `$1${said('REMOTE_WRITE_URL', REMOTE_WRITE_URL, /^https:\/\/\S+$/)}`)
    .replace(
      /(APPLICATIONINSIGHTS_CONNECTION_STRING=).*/,
      `$1${said('APPLICATIONINSIGHTS_CONNECTION_STRING', APPLICATIONINSIGHTS_CONNECTION_STRING, /^InstrumentationKey=\S+$/)}`,
    );

function said(name, value, pattern) {
  if (pattern.test(value ?? '')) return value;
  throw new Error(`no ${name} among the outputs (telemetry): ${JSON.stringify(value)}`);
}

async function main([environment, tenant, audience]) {
  const outputs = JSON.parse(await text(process.stdin));
  const telemetry = outputs.telemetry?.value ?? {};
  const clientIds = Object.fromEntries(outputs.clientIds.value.map(({ identity, clientId }) => [identity, clientId]));
  const filled = services.flatMap((service) => {
    const folder = `apps/${service}/deploy/overlays/${environment}`;
    const [identity, settings, scale] = ['identity', 'kustomization', 'scale'].map((name) => `${folder}/${name}.yaml`);
    return [
      [identity, fillIdentity(readFileSync(identity, 'utf8'), service, clientIds)],
      [settings, fillSettings(readFileSync(settings, 'utf8'), tenant, audience)],
      [scale, fillScale(readFileSync(scale, 'utf8'), telemetry)],
    ];
  });
  const collector = `infra/cluster/telemetry/overlays/${environment}`;
  const [identity, settings] = [`${collector}/identity.yaml`, `${collector}/kustomization.yaml`];
  filled.push([identity, fillCollectorIdentity(readFileSync(identity, 'utf8'), telemetry)]);
  filled.push([settings, fillCollector(readFileSync(settings, 'utf8'), telemetry)]);
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
