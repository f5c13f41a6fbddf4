import { join } from 'node:path';
import { certificateFilesIn } from './identities/certificate.ts';
import { emulatorFilesIn } from './identities/prepare.ts';
import { secretFile, secretsIn } from './identities/secrets.ts';
import { identityIssuer } from './issuer/managed-identity.ts';
import type { ServiceInstance, Settings } from './settings.ts';
import type { ProcessSpec } from './supervisor/process-spec.ts';

/** The processes of a local Daybook, as data. A new one (the console, say) is a new entry here. */
export function daybookProcesses(
  root: string,
  settings: Settings,
  services: boolean,
  /** Added to the environment of an instance, by its name. */
  instanceEnv: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
): readonly ProcessSpec[] {
  const { ports, adminPorts, emulators, dataFolder, env } = settings;
  const inRepository = (path: string): string => join(root, ...path.split('/'));
  const inData = (name: string): string => join(dataFolder, name);
  const files = emulatorFilesIn(dataFolder);
  const { cert, key } = certificateFilesIn(dataFolder);
  const secure = ['--cert', cert, '--key', key];
  const identities = ['--issuer', identityIssuer, '--jwks-uri', `http://127.0.0.1:${ports.issuer}/keys`];

  const cosmos: ProcessSpec = {
    name: 'cosmos-emulator',
    stage: 0,
    script: inRepository('tools/cosmos-emulator/src/main.ts'),
    args: [
      ...['--port', String(ports.cosmos), '--data', inData('cosmos'), '--roles', files.roles],
      ...[...secure, ...identities, ...administered(adminPorts?.cosmos)],
    ],
    ready: { kind: 'tcp', port: ports.cosmos },
    port: { number: ports.cosmos, variable: 'COSMOS_ENDPOINT or DAYBOOK_PORT_OFFSET' },
  };
  const azurite: ProcessSpec = {
    name: 'azurite',
    stage: 0,
    script: inRepository('node_modules/azurite/dist/src/blob/main.js'),
    args: [
      ...['--blobHost', '127.0.0.1', '--blobPort', String(ports.blob), '--location', inData('blobs')],
      ...['--silent', '--disableTelemetry', '--skipApiVersionCheck', ...secure, '--oauth', 'basic'],
    ],
    ready: { kind: 'tcp', port: ports.blob },
    port: { number: ports.blob, variable: 'BLOB_CONNECTION_STRING or DAYBOOK_PORT_OFFSET' },
  };
  const issuer: ProcessSpec = {
    name: 'issuer',
    stage: 0,
    script: inRepository('tools/local/src/issuer/main.ts'),
    args: [
      ...['--port', String(ports.issuer), '--keys', inData(join('keys', 'issuer.json'))],
      ...['--identities', secretsIn(dataFolder)],
    ],
    ready: { kind: 'tcp', port: ports.issuer },
    port: { number: ports.issuer, variable: 'DAYBOOK_PORT_OFFSET' },
  };
  const eventHubs: ProcessSpec = {
    name: 'event-hubs-emulator',
    stage: 0,
    script: inRepository('tools/event-hubs-emulator/src/main.ts'),
    args: [
      ...['--port', String(ports.eventHubs), '--data', inData('event-hubs')],
      ...['--config', files.hubs, '--roles', files.hubRoles],
      ...[...secure, ...identities, ...administered(adminPorts?.eventHubs)],
    ],
    ready: { kind: 'tcp', port: ports.eventHubs },
    port: { number: ports.eventHubs, variable: 'EVENTHUBS_CONNECTION_STRING or DAYBOOK_PORT_OFFSET' },
  };
  const provisioning: ProcessSpec = {
    name: 'provision',
    stage: 1,
    script: inRepository('tools/provision/src/main.ts'),
    args: [],
    // By the keys: it is the deployment, which makes what no identity may.
    env,
    ready: { kind: 'exit' },
    // Azurite writes its index every 5 s: killed before, it has forgotten the newest containers.
    againAfter: ['azurite'],
  };
  const asIdentities = settings.signIn === 'identities';
  const service = ({ service, name, id, port }: ServiceInstance): ProcessSpec => ({
    name,
    stage: 2,
    script: inRepository(`apps/${service}/src/main.ts`),
    args: [],
    env: {
      ...settings.serviceEnv,
      ...settings.identityEnv,
      ...(asIdentities ? { AZURE_CLIENT_ID: service } : {}),
      ...instanceEnv[name],
      ...{ PORT: String(port), INSTANCE_ID: id },
    },
    ...(asIdentities ? { envFile: secretFile(dataFolder, service) } : {}),
    ready: { kind: 'http', url: `http://127.0.0.1:${port}/health/ready` },
    port: { number: port, variable: 'DAYBOOK_PORT_OFFSET' },
    stopTimeoutMs: 10_000,
  });

  // Without keys these are stores that a deployment has provisioned, with rights that the services do not have.
  const mayProvision = env['COSMOS_KEY'] !== undefined && env['BLOB_CONNECTION_STRING'] !== undefined;
  return [
    ...(emulators.cosmos ? [cosmos] : []),
    ...(emulators.blob ? [azurite] : []),
    ...((emulators.issuer && services) || asIdentities ? [issuer] : []),
    ...(emulators.eventHubs ? [eventHubs] : []),
    ...(mayProvision ? [provisioning] : []),
    ...(services ? settings.instances.map(service) : []),
  ];
}

const administered = (port: number | undefined): readonly string[] =>
  port === undefined ? [] : ['--admin-port', String(port)];
