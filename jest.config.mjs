import { join } from 'node:path';

// One configuration for every project: Nx runs each project's tests with that project as the working directory.
// Tests compile with swc to CommonJS in memory, so that nothing has to be built before they run.
export default {
  rootDir: process.cwd(),
  testEnvironment: 'node',
  testMatch: ['<rootDir>/src/**/*.spec.ts'],
  transform: {
    '^.+\\.ts$|/node_modules/jose/.+\\.js$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2024' },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  // What comes as ES modules only is compiled like our own.
  transformIgnorePatterns: ['/node_modules/(?!jose/)'],
  modulePathIgnorePatterns: ['<rootDir>/dist'],
  reporters: ['default', join(import.meta.dirname, 'tools/local/jest-results.mjs')],
  testTimeout: 30_000,
  maxWorkers: 1,
};
