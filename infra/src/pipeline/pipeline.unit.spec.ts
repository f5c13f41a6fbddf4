import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { serviceNames } from '@daybook/contracts';
import { resolve, resolveList } from './expressions.ts';
import { type Command, runPipeline } from './run-pipeline.ts';
import { readWorkflow } from './workflow.ts';

const root = join(__dirname, '..', '..', '..');

describe('The pipeline', () => {
  const walk = async (services?: readonly string[]) => {
    const commands: Command[] = [];
    await runPipeline('.github/workflows/deploy.yaml', {
      workflow: (path) => readWorkflow(root, path),
      variables: (environment) => ({
        ...{ REGISTRY: `${environment}.azurecr.io`, STAGING_REGISTRY: 'staging.azurecr.io', API_SCOPE: environment },
        ...{ CLUSTER: 'c', RESOURCE_GROUP: 'g' },
      }),
      github: { ref: 'main', token: '', event: { pull_request: { base: { sha: '' } } } },
      ...(services === undefined ? {} : { services }),
      execute: (command) => {
        commands.push(command);
        const { run } = command;
        const outputs: Record<string, string> = {};
        if (run.includes('base.sh')) outputs['base'] = 'abc';
        if (run.includes('affected-services')) outputs['services'] = '["order","payment"]';
        if (run.includes('push-image')) outputs['digest'] = `sha256:${command.env['SERVICE']}`;
        return Promise.resolve(outputs);
      },
      note: () => undefined,
    });
    return commands;
  };

  it('checks all, then brings each service that a change affects to staging and on: the same image', async () => {
    const commands = await walk();
    const checks = commands.filter(({ job }) => job.startsWith('ci / ')).map(({ run }) => run);
    expect(checks).toEqual(
      expect.arrayContaining([
        'npx nx affected -t lint typecheck test build --base="$BASE"',
        'npx nx run contracts:check',
        'npm run check:infra',
        'npm test',
      ]),
    );
    const deployments = commands.filter(({ job }) => job.startsWith('service / '));
    const said = deployments.map(({ run, env }) => run.replace(/"\$(\w+)"/g, (_all, name: string) => env[name] ?? '?'));
    expect(said).toEqual(
      ['order', 'payment'].flatMap((service) => [
        `infra/pipelines/push-image.sh ${service} staging.azurecr.io`,
        `infra/pipelines/deploy.sh ${service} staging sha256:${service}`,
        `infra/pipelines/smoke.sh staging ${service}`,
        `infra/pipelines/promote-image.sh ${service} staging.azurecr.io production.azurecr.io sha256:${service}`,
        `infra/pipelines/deploy.sh ${service} production sha256:${service}`,
        `infra/pipelines/smoke.sh production ${service}`,
      ]),
    );
  });

  it('compares with the commit that it found, and goes on with other services where it is told to', async () => {
    const commands = await walk(['inventory']);
    const affected = commands.find(({ run }) => run.startsWith('npx nx affected'));
    expect(affected?.env['BASE']).toBe('abc');
    expect(new Set(commands.flatMap(({ env }) => env['SERVICE'] ?? []))).toEqual(new Set(['inventory']));
  });

  it('understands names in expressions, and says so where there is more', () => {
    const context = { vars: { A: 'x' }, needs: { a: { outputs: { services: '["b"]' } } } };
    expect(resolve('${{ vars.A }}-${{ vars.A }}', context)).toBe('x-x');
    expect(resolveList('${{ fromJSON(needs.a.outputs.services) }}', context)).toEqual(['b']);
    expect(() => resolve('${{ vars.B }}', context)).toThrow('there is no B');
    expect(() => resolve("${{ vars.A == 'x' }}", context)).toThrow('only names');
  });
});

describe('The affected services', () => {
  /** The module as Node.js runs it, which is not how these tests are compiled. */
  const affected = (projects: readonly string[], files: readonly string[]): unknown => {
    const url = JSON.stringify(join(root, 'infra/pipelines/affected-services.mjs'));
    const code = `import { affectedServices } from ${url}; console.log(JSON.stringify(affectedServices(${JSON.stringify(projects)}, ${JSON.stringify(files)})))`;
    return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' }));
  };

  it('are those whose projects are affected, and no other project', () => {
    expect(
      affected(['@daybook/payment', '@daybook/e2e', '@daybook/order', '@daybook/infra'], ['apps/order/x.ts']),
    ).toEqual(['order', 'payment']);
    expect(affected(['@daybook/e2e', '@daybook/replay'], ['tools/replay/src/x.ts'])).toEqual([]);
  });

  it.each([
    'infra/cluster/service/deployment.yaml',
    'tools/local/bundle.mjs',
    '.dockerignore',
    'infra/pipelines/deploy.sh',
  ])('are all where %s changes, which all stand on', (file) => {
    expect(affected([], [file])).toEqual(serviceNames);
  });
});
