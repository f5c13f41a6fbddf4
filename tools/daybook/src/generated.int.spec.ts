import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyOfTheRepository, type Workspace } from './test-support/workspace.ts';

jest.setTimeout(240_000);

let workspace: Workspace;
beforeAll(async () => {
  workspace = copyOfTheRepository();
  await workspace.run('.', 'nx', 'g', 'daybook:service', 'shipping');
  await workspace.run('.', 'nx', 'g', 'daybook:aggregate', 'gift-card', '--service', 'shipping');
});
afterAll(() => workspace.remove());

const json = (file: string): Record<string, Record<string, unknown>> =>
  JSON.parse(readFileSync(join(workspace.folder, file), 'utf8')) as Record<string, Record<string, unknown>>;

describe('a generated service with two aggregates', () => {
  it('has types that fit, of everything that it stands on, too', async () => {
    // One run of the compiler for both projects: it reads the same libraries for each.
    const both = { extends: '../tsconfig.json', include: ['../src/**/*.ts', '../domain/src/**/*.ts'] };
    mkdirSync(join(workspace.folder, 'apps/shipping/dist'));
    writeFileSync(join(workspace.folder, 'apps/shipping/dist/tsconfig.json'), JSON.stringify(both));
    await workspace.run('apps/shipping', 'node', '../../node_modules/typescript7/bin/tsc', '-p', 'dist/tsconfig.json');
  });

  it('passes the tests that come with it, and has some of every kind', async () => {
    const files = ['**/apps/shipping/**/*.spec.ts'];
    const printed = await workspace.run(
      ...(['apps/shipping', 'jest', '-c', '../../jest.config.mjs', '--reporters=default'] as const),
      ...[`--cacheDirectory=${join(workspace.folder, '.jest')}`, '--testMatch', ...files],
    );
    expect(printed).toMatch(/Test Suites: 13 passed, 13 total/);
  });

  it('keeps the rules of the repository: lint, format, contracts', async () => {
    await workspace.run('apps/shipping', 'eslint', '.');
    await workspace.run('.', 'prettier', '--check', 'apps/shipping', 'libs/contracts', '.github', 'README.md');
    expect(await workspace.run('.', 'node', 'tools/contract-check/src/main.ts')).toMatch(
      /shipping +\d+ compatible since 1\.0\.0, to be released as 1\.1\.0: ok[^]*contracts: ok/,
    );
  });

  it('is bundled for its image', async () => {
    await workspace.run('apps/shipping', 'node', '../../tools/local/bundle.mjs');
    expect(Object.keys(json('apps/shipping/dist/package.json')['dependencies'] ?? {})).toContain('express');
  });

  it('is in the lock file, which names no host', () => {
    const { packages = {} } = json('package-lock.json');
    expect(packages['node_modules/@daybook/shipping']).toEqual({ resolved: 'apps/shipping', link: true });
    expect(Object.keys(packages)).toEqual(expect.arrayContaining(['apps/shipping', 'apps/shipping/domain']));
    expect(JSON.stringify(packages)).not.toMatch(/"resolved":"https?:/);
  });

  it('has resources, alerts and a dashboard', () => {
    expect(JSON.stringify(json('infra/bicep/generated/topology.json'))).toContain('"shipping-events"');
    expect(JSON.stringify(json('apps/shipping/deploy/dashboard.json'))).toContain('shipping');
    expect(readFileSync(join(workspace.folder, 'infra/monitoring/services.test.yaml'), 'utf8')).toContain('shipping');
  });
});
