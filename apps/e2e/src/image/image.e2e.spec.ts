import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { podSpec } from '@daybook/infra';
import { type ServiceName, serviceNames } from '@daybook/contracts';
import { askForToken, findRoot, startSystem, type System } from '@daybook/local';
import { until } from '@daybook/replay';
import { runScript } from '../support/command.ts';
import { type Image, makeImages, placeNode } from './make-images.ts';

jest.setTimeout(120_000);

interface Pod {
  readonly child: ChildProcess;
  readonly url: string;
  readonly said: () => string;
  /** Its working directory, and the names in it when it was started. */
  readonly folder: string;
  readonly files: readonly string[];
}

/** What a cluster would run, without a container around it: the image's own content, user and command, the pod's environment. */
describe('the images', () => {
  const promised = podSpec(findRoot(process.cwd()));
  let folder: string;
  let system: System;
  let trusted: string;
  let issuer: ChildProcess | undefined;
  let pods: ReadonlyMap<ServiceName, Pod> = new Map();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybook-image-'));
    chmodSync(folder, 0o755);
    const started = startSystem({ dataFolder: join(folder, 'data'), services: false, command: 'a test of images' });
    const images = await makeImages(folder).finally(async () => (system = await started));
    const [node, tmp] = [placeNode(folder), join(folder, 'tmp')];
    mkdirSync(tmp);
    chmodSync(tmp, 0o1777);
    // The data folder's keys are for its owner alone, whom the services are not.
    trusted = join(folder, 'trusted.pem');
    copyFileSync(system.settings.env['NODE_EXTRA_CA_CERTS'] ?? '', trusted);
    chmodSync(trusted, 0o644);
    issuer = startIssuer();
    pods = new Map(serviceNames.map((service) => [service, start(service, images[service], node, tmp)]));
  });
  afterAll(async () => {
    for (const { child } of pods.values()) child.kill('SIGKILL');
    issuer?.kill('SIGKILL');
    await system?.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  /** The one that the services are told to believe. */
  function startIssuer(): ChildProcess {
    const program = join(findRoot(process.cwd()), 'tools/local/src/issuer/main.ts');
    const args = ['--port', String(system.settings.ports.issuer), '--keys', join(folder, 'issuer.json')];
    return spawn(process.execPath, [program, ...args], { stdio: 'ignore' });
  }

  function start(service: ServiceName, image: Image, node: string, tmp: string): Pod {
    const { uid, gid, environment, command } = image.steps;
    const [program, ...args] = command;
    expect(program).toBe('node');
    const port = String(system.settings.ports[service]);
    const child = spawn(node, args, {
      cwd: image.folder,
      // Only root may become somebody else; whoever else runs this is not root already.
      ...(process.getuid?.() === 0 ? { uid, gid } : {}),
      env: {
        ...{ ...environment, ...promised.environment, ...system.settings.env },
        // Nothing here listens to the world, and there is no Key Vault: its key is a file in the one place that can be written.
        ...{ PORT: port, HOST: '127.0.0.1', INSTANCE_ID: `${service}-image` },
        ...{ DAYBOOK_KEY_FILE: join(tmp, 'subjects.key'), TMPDIR: tmp, NODE_EXTRA_CA_CERTS: trusted },
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += String(text)));
    const files = readdirSync(image.folder);
    return { child, url: `http://127.0.0.1:${port}`, said: () => output, folder: image.folder, files };
  }

  it.each(serviceNames)('have all that %s needs to work as nobody', async (service) => {
    const { child, url, said } = pods.get(service) as Pod;
    let health = '';
    const isReadyOrOver = async (): Promise<boolean> => {
      if (child.exitCode !== null) return true;
      const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(3_000) });
      health = await answer.text();
      return answer.ok;
    };
    await until('it to be ready', isReadyOrOver, { timeoutMs: 60_000 }).catch((error: unknown) => {
      throw new Error(`${service} was never ready: ${health}\n${said()}`, { cause: error });
    });
    if (child.exitCode !== null) throw new Error(`${service} ended with ${child.exitCode}:\n${said()}`);
  });

  it('pass the smoke test of the pipeline: an order goes through all of them and back', async () => {
    let token = '';
    await until('a token', async () => {
      token = await askForToken(system.settings.urls.issuer ?? '', { role: 'service' });
      return true;
    });
    const urls = serviceNames.map((service) => `${service}=${pods.get(service)?.url}`);
    const { code, out, err } = await runScript('infra/pipelines/smoke.mjs', ['order', ...urls], {
      env: { TOKEN: token },
    });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('its stock is available again');
  });

  it('write nothing where they are, and end within their grace when they are told', async () => {
    const toldAt = performance.now();
    const ended = [...pods].map(async ([service, { child, ...pod }]) => {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      expect([service, ...(await exit)]).toEqual([service, 0, null]);
      expect(performance.now() - toldAt).toBeLessThan(promised.terminationGracePeriodSeconds * 1_000);
      expect(readdirSync(pod.folder)).toEqual(pod.files);
    });
    await Promise.all(ended);
  });
});
