import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

// A service is its own team's: it may not reach into another service. Services are the apps that have a scope of their own.
const scopes = readdirSync(join(import.meta.dirname, 'apps'))
  .map((app) => join(import.meta.dirname, 'apps', app, 'package.json'))
  .flatMap((manifest) => (existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).nx.tags : []))
  .filter((tag) => tag.startsWith('scope:') && tag !== 'scope:tools');
const services = scopes.map((scope) => ({ sourceTag: scope, onlyDependOnLibsWithTags: [scope, 'scope:shared'] }));

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '.nx/**', '**/*.json'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          allow: [],
          depConstraints: [
            ...services,
            { sourceTag: 'scope:shared', onlyDependOnLibsWithTags: ['scope:shared'] },
            {
              sourceTag: 'scope:tools',
              onlyDependOnLibsWithTags: ['scope:tools', 'scope:shared', 'type:domain-lib', 'type:app'],
            },
            // Domain code is pure: no SDK, no web framework, no Node API.
            {
              sourceTag: 'type:domain-lib',
              onlyDependOnLibsWithTags: ['layer:pure', 'type:domain-lib'],
              allowedExternalImports: ['zod'],
            },
            { sourceTag: 'layer:pure', onlyDependOnLibsWithTags: ['layer:pure'] },
            { sourceTag: 'type:lib', onlyDependOnLibsWithTags: ['type:lib', 'type:testing'] },
            // The testing library alone may embed the emulators.
            { sourceTag: 'type:testing', onlyDependOnLibsWithTags: ['type:lib', 'type:tool'] },
          ],
        },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      'no-restricted-syntax': ['error', { selector: 'ExportAllDeclaration', message: 'Name what you export.' }],
      'no-console': 'error',
    },
  },
  {
    // Specs may use the embedded emulators and the behaviour suites; a service's specs still may not use another service.
    files: ['**/*.spec.ts'],
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          allow: [],
          depConstraints: [
            ...services,
            { sourceTag: 'scope:shared', onlyDependOnLibsWithTags: ['scope:shared'] },
            { sourceTag: 'scope:tools', onlyDependOnLibsWithTags: ['*'] },
          ],
        },
      ],
    },
  },
  {
    // Only an app's main.ts and command-line tools read the environment.
    files: ['apps/**/*.ts', 'libs/**/*.ts'],
    ignores: ['**/main.ts', '**/*.spec.ts', 'apps/e2e/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only main.ts reads the environment.' },
      ],
    },
  },
  {
    // A service has no private way of storing events: it appends through the store that service-kit opens.
    files: ['apps/**/*.ts'],
    ignores: ['apps/e2e/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: '@daybook/contracts',
              importNames: ['eventsContainer'],
              message: 'Append and read events through `service.store`.',
            },
            { name: '@daybook/azure', message: 'Stores and hubs come from `openService`.' },
          ],
        },
      ],
    },
  },
  {
    files: ['infra/**/*.ts', 'tools/**/*.ts', 'apps/e2e/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
);
