import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isShopService, serviceNames, shopServices } from '@daybook/contracts';

const root = join(__dirname, '..', '..', '..');
const digest = `sha256:${'a'.repeat(64)}`;

/** The scripts as workflows run them, with programs of the cloud in their place that write down what they were asked. */
describe('The scripts of the pipeline', () => {
  let folder: string;
  const asked = (): readonly string[] => readFileSync(join(folder, 'asked'), 'utf8').split('\n').filter(Boolean);

  /** A program that writes down its arguments and then does this. */
  const program = (name: string, body = ''): void => {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\necho "${name} $*" >>"${folder}/asked"\n${body}\n`);
    chmodSync(path, 0o755);
  };
  const run = (script: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const { DRY_RUN: _dry, ...own } = process.env;
    const { status, stdout, stderr } = spawnSync(join(root, 'infra/pipelines', script), args, {
      env: { ...own, PATH: `${folder}:${process.env['PATH']}`, CLUSTER: 'c', RESOURCE_GROUP: 'g', ...env },
      encoding: 'utf8',
    });
    return { status, out: stdout + stderr };
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'daybook-scripts-'));
    writeFileSync(join(folder, 'asked'), '');
    for (const name of ['az', 'kubelogin', 'docker']) program(name);
    program('kubectl', kubectl('exit 0', 'id: 1'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const kubectl = (rollout: string, ids: string): string => `case "$*" in
    kustomize*) printf 'image: r.azurecr.io/order:unset\\n${ids}\\n' ;;
    *'get deployment'*) printf 'r.azurecr.io/order@sha256:before' ;;
    *'rollout status'*) [ -e "${folder}/undone" ] || ${rollout} ;;
    *'rollout undo'*) touch "${folder}/undone" ;;
  esac`;

  describe('deploy.sh', () => {
    it('applies what the overlay says, with the digest, and waits', () => {
      expect(run('deploy.sh', ['order', 'staging', digest])).toMatchObject({ status: 0 });
      expect(asked().map((line) => line.replace(/ --.*/, ''))).toEqual([
        expect.stringContaining('kubectl kustomize apps/order/deploy/overlays/staging'),
        'az aks get-credentials',
        'kubelogin convert-kubeconfig',
        ...['kubectl', 'kubectl', 'kubectl'],
      ]);
      const rendered = readFileSync(join(root, 'dist/rendered/order-staging.yaml'), 'utf8');
      expect(rendered).toContain(`image: r.azurecr.io/order@${digest}`);
    });

    it('goes back and fails where the new pods do not become ready', () => {
      program('kubectl', kubectl('exit 1', 'id: 1'));
      const { status, out } = run('deploy.sh', ['order', 'staging', digest]);
      expect(status).toBe(1);
      expect(out).toContain('back to r.azurecr.io/order@sha256:before');
      expect(asked()).toContainEqual(expect.stringContaining('rollout undo deployment/order-service'));
    });

    it.each([
      ['ids are not set', ['order', 'staging', digest], 'still has ids of zeros'],
      ['there is no such environment', ['order', 'nowhere', digest], 'there is no apps/order/deploy/overlays/nowhere'],
      ['a tag is given for a digest', ['order', 'staging', 'latest'], 'DIGEST must be sha256:'],
    ])('asks no cluster where %s', (_case, args, what) => {
      program('kubectl', kubectl('exit 0', 'id: 00000000-0000-0000-0000-000000000000'));
      const { status, out } = run('deploy.sh', args);
      expect(status).not.toBe(0);
      expect(out).toContain(what);
      expect(asked().filter((line) => !line.includes('kustomize'))).toEqual([]);
    });

    it('asks nobody in a dry run', () => {
      expect(run('deploy.sh', ['order', 'staging', digest], { DRY_RUN: '1' })).toMatchObject({ status: 0 });
      expect(asked()).toEqual([expect.stringContaining('kubectl kustomize')]);
    });
  });

  describe('push-image.sh', () => {
    it('tells the digest that the registry gave', () => {
      program(
        'docker',
        `while [ $# -gt 0 ]; do [ "$1" != --metadata-file ] || echo '{"containerimage.digest": "${digest}"}' >"$2"; shift; done`,
      );
      const outputs = join(folder, 'outputs');
      expect(run('push-image.sh', ['order', 'r.azurecr.io'], { GITHUB_OUTPUT: outputs })).toMatchObject({ status: 0 });
      expect(readFileSync(outputs, 'utf8')).toBe(`digest=${digest}\n`);
    });

    it('fails where it gave none', () => {
      const { status, out } = run('push-image.sh', ['order', 'r.azurecr.io']);
      expect({ status, out }).toEqual({ status: 1, out: expect.stringContaining('told no digest') });
    });
  });

  it.each<[string, readonly string[], Readonly<Record<string, string>>]>([
    ['push-image.sh', ['order', 'r.azurecr.io'], {}],
    ['promote-image.sh', ['order', 'a.azurecr.io', 'b.azurecr.io', digest], {}],
    ['smoke.sh', ['staging'], { API_SCOPE: 'api://x/.default' }],
    ['undo.sh', ['order'], {}],
    ['compile-bicep.sh', [], {}],
    ['register-api.sh', ['dev'], { PIPELINE_PRINCIPAL_ID: 'p' }],
    ['prepare-cluster.sh', [], { PIPELINE_CLIENT_ID: 'p' }],
    ['lock-archive.sh', ['account'], {}],
  ])('%s asks nobody in a dry run, and says what it would do', (script, args, env) => {
    const { status, out } = run(script, args, { ...env, DRY_RUN: '1' });
    expect({ status, out }).toEqual({ status: 0, out: expect.stringMatching(/^\+ \w+ /m) });
    expect(asked()).toEqual([]);
  });

  describe('smoke.sh', () => {
    const told = (...args: string[]): string =>
      /^.*smoke\.(mjs|sh:).*$/m.exec(run('smoke.sh', args, { API_SCOPE: 'x', DRY_RUN: '1' }).out)?.[0] ?? '';
    const asksFor = (depth: string, services: readonly string[]) =>
      expect.stringMatching(
        new RegExp(`^\\+ node infra/pipelines/smoke.mjs ${depth}${services.map((name) => ` ${name}=\\S+`).join('')}$`),
      );

    it('orders something where it may, and asks all', () => {
      expect(told('staging')).toEqual(asksFor('order', serviceNames));
      expect(told('production')).toEqual(asksFor('look', serviceNames));
    });

    it('after a deployment asks those that it concerns: others may not be there yet', () => {
      expect(told('staging', 'payment')).toEqual(asksFor('order', shopServices));
      expect(told('production', 'payment')).toEqual(asksFor('look', shopServices));
      for (const service of serviceNames.filter((name) => !isShopService(name)))
        expect(told('staging', service)).toEqual(asksFor('look', [service]));
      expect(told('staging', 'nobody')).toBe(
        `smoke.sh: there is no service nobody: there are ${serviceNames.join(' ')}`,
      );
    });
  });

  describe('fill-overlays.mjs', () => {
    const id = (number: number): string => `${String(number).padStart(8, '0')}-0000-4000-8000-000000000000`;
    const identities = [...serviceNames, 'scaler'];
    const telemetry = {
      REMOTE_WRITE_URL: 'https://metrics.example/write?api-version=2023-04-24',
      APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=${id(96)};IngestionEndpoint=https://traces.example/`,
      CLIENT_ID: id(97),
      PROMETHEUS: 'https://weu.prometheus.monitor.azure.com',
    };
    const clientIds = { value: identities.map((identity, i) => ({ identity, clientId: id(i + 1) })) };
    const outputs = { clientIds, telemetry: { value: telemetry } };
    const fill = (args: readonly string[], input: unknown) =>
      spawnSync(process.execPath, [join(root, 'infra/pipelines/fill-overlays.mjs'), ...args], {
        ...{ cwd: folder, input: JSON.stringify(input), encoding: 'utf8' as const },
      });
    beforeEach(() => {
      for (const app of serviceNames)
        cpSync(join(root, 'apps', app, 'deploy'), join(folder, 'apps', app, 'deploy'), { recursive: true });
      const collector = 'infra/cluster/telemetry';
      cpSync(join(root, collector), join(folder, collector), { recursive: true });
    });

    it('leaves no id of zeros in the overlays of the environment, and gives each service its own', () => {
      expect(fill(['dev', id(98), id(99)], outputs)).toMatchObject({ status: 0, stderr: '' });
      const text = (file: string): string => readFileSync(join(folder, 'apps/payment/deploy/overlays', file), 'utf8');
      const [own, scaler] = ['payment', 'scaler'].map((identity) => id(identities.indexOf(identity) + 1));
      expect(text('dev/identity.yaml')).toMatch(new RegExp(`client-id: ${own}[^]*identityId: ${scaler}`));
      expect(text('dev/kustomization.yaml')).toContain(`${id(98)}/v2.0`);
      expect(text('dev/kustomization.yaml')).toContain(`AUTH_AUDIENCE=${id(99)}`);
      expect(text('dev/identity.yaml') + text('dev/kustomization.yaml')).not.toContain('00000000-0000-0000');
      expect(text('staging/identity.yaml')).toContain('00000000-0000-0000');
      expect(text('dev/scale.yaml')).toContain(`value: '${telemetry.PROMETHEUS}'`);
    });

    it('tells the collector who it is and where to write', () => {
      expect(fill(['dev', id(98), id(99)], outputs).status).toBe(0);
      const overlay = join(folder, 'infra/cluster/telemetry/overlays/dev');
      const text = ['identity', 'kustomization']
        .map((name) => readFileSync(join(overlay, `${name}.yaml`), 'utf8'))
        .join('');
      for (const value of [
        telemetry.CLIENT_ID,
        telemetry.REMOTE_WRITE_URL,
        telemetry.APPLICATIONINSIGHTS_CONNECTION_STRING,
      ])
        expect(text).toContain(value);
      expect(text).not.toContain('00000000-0000-0000');
    });

    it('changes nothing where something is missing', () => {
      expect(fill(['dev', 'tenant', id(99)], outputs).stderr).toContain('TENANT must be a GUID');
      expect(fill(['dev', id(98), id(99)], { clientIds: { value: [] } }).stderr).toContain('no client id of order');
      const { PROMETHEUS: _PROMETHEUS, ...rest } = telemetry;
      expect(fill(['dev', id(98), id(99)], { clientIds, telemetry: { value: rest } }).stderr).toContain(
        'no PROMETHEUS',
      );
      expect(fill(['dev'], outputs)).toMatchObject({ status: 2 });
    });
  });
});
