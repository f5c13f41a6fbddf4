import { join } from 'node:path';
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
  const provision = inRepository('tools/provision/src/main.ts');
  const hubs = inData('hubs.json');

  const cosmos: ProcessSpec = {
    name: 'cosmos-emulator',
    stage: 0,
    script: inRepository('tools/cosmos-emulator/src/main.ts'),
    args: ['--port', String(ports.cosmos), '--data', inData('cosmos'), ...administered(adminPorts?.cosmos)],
    ready: { kind: 'tcp', port: ports.cosmos },
    port: { number: ports.cosmos, variable: 'COSMOS_ENDPOINT or DAYBOOK_PORT_OFFSET' },
  };
  const azurite: ProcessSpec = {
    name: 'azurite',
    stage: 0,
    script: inRepository('node_modules/azurite/dist/src/blob/main.js'),
    args: [
      ...['--blobHost', '127.0.0.1', '--blobPort', String(ports.blob), '--location', inData('blobs')],
      ...['--silent', '--disableTelemetry', '--skipApiVersionCheck'],
    ],
    ready: { kind: 'tcp', port: ports.blob },
    port: { number: ports.blob, variable: 'BLOB_CONNECTION_STRING or DAYBOOK_PORT_OFFSET' },
  };
  const issuer: ProcessSpec = {
    name: 'issuer',
    stage: 0,
    script: inRepository('tools/local/src/issuer/main.ts'),
    args: ['--port', String(ports.issuer), '--keys', inData(join('keys', 'issuer.json'))],
    ready: { kind: 'tcp', port: ports.issuer },
    port: { number: ports.issuer, variable: 'AUTH_ISSUER or DAYBOOK_PORT_OFFSET' },
  };
  const hubsFile: ProcessSpec = {
    name: 'hubs',
    stage: 0,
    script: provision,
    args: ['--print-hubs'],
    env,
    ready: { kind: 'exit' },
    outputFile: hubs,
  };
  const eventHubs: ProcessSpec = {
    name: 'event-hubs-emulator',
    stage: 1,
    script: inRepository('tools/event-hubs-emulator/src/main.ts'),
    args: [
      ...['--port', String(ports.eventHubs), '--data', inData('event-hubs'), '--config', hubs],
      ...administered(adminPorts?.eventHubs),
    ],
    ready: { kind: 'tcp', port: ports.eventHubs },
    port: { number: ports.eventHubs, variable: 'EVENTHUBS_CONNECTION_STRING or DAYBOOK_PORT_OFFSET' },
  };
  const provisioning: ProcessSpec = {
    name: 'provision',
    stage: 2,
    script: provision,
    args: [],
    env,
    ready: { kind: 'exit' },
    // Azurite writes its index every 5 s: killed before, it has forgotten the newest containers.
    againAfter: ['azurite'],
  };
  const service = ({ service, name, id, port }: ServiceInstance): ProcessSpec => ({
    name,
    stage: 3,
    script: inRepository(`apps/${service}/src/main.ts`),
    args: [],
    env: { ...env, ...instanceEnv[name], PORT: String(port), INSTANCE_ID: id },
    ready: { kind: 'http', url: `http://127.0.0.1:${port}/health/ready` },
    port: { number: port, variable: 'DAYBOOK_PORT_OFFSET' },
    stopTimeoutMs: 10_000,
  });

  // Without keys these are stores that a deployment has provisioned, with rights that the services do not have.
  const mayProvision = env['COSMOS_KEY'] !== undefined && env['BLOB_CONNECTION_STRING'] !== undefined;
  return [
    ...(emulators.cosmos ? [cosmos] : []),
    ...(emulators.blob ? [azurite] : []),
    ...(emulators.issuer && services ? [issuer] : []),
    ...(emulators.eventHubs ? [hubsFile, eventHubs] : []),
    ...(mayProvision ? [provisioning] : []),
    ...(services ? settings.instances.map(service) : []),
  ];
}

const administered = (port: number | undefined): readonly string[] =>
  port === undefined ? [] : ['--admin-port', String(port)];
