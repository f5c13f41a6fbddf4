import { join } from 'node:path';
import { generateFiles, readJson, type Tree } from '@nx/devkit';
import { edit, replaceOne, withItem } from '../edit.ts';
import { keyOf, memberOf } from '../names.ts';
import { register, type Registered, registryFile } from '../registry.ts';
import { addDeployment } from './add-deployment.ts';

/** A service without aggregates, entered everywhere where all services are listed. @throws GenerationRefused where a list has another form */
export function addService(tree: Tree, service: string, registered: Registered): void {
  const { port, publishes } = registered;
  const { devDependencies: versions } = readJson<{ devDependencies: Record<string, string> }>(tree, 'package.json');
  const values = { service, member: memberOf(service), port, hub: publishes, versions };
  generateFiles(tree, join(import.meta.dirname, 'files/app'), `apps/${service}`, values);
  generateFiles(tree, join(import.meta.dirname, 'files/producer'), `libs/contracts/producers/${service}`, values);
  addDeployment(tree, service);

  edit(tree, registryFile, (text) => register(text, service, registered));
  const key = keyOf(service);
  addTo(tree, 'libs/contracts/src/versions.ts', 'contractVersions', `  ${key}: '1.0.0',\n`);
  addTo(tree, 'libs/contracts/src/http/endpoints.ts', 'endpoints', `  ${key}: [...commonEndpoints],\n`);
  addTo(tree, 'libs/contracts/src/wire/catalogues.ts', 'serviceEvents', `  ${key}: {},\n`);
  const rollback = '.github/workflows/rollback.yaml';
  edit(tree, rollback, (text) =>
    replaceOne(
      text,
      rollback,
      'the services that can be chosen, "options: [order, …]"',
      /^( +service:\n(?: {8}.*\n)*? {8}options:\s*\[)([^\]]*)\]/m,
      (_, before, options = '') => `${before}${withItem(options, service)}]`,
    ),
  );
  // What npm start prints.
  const line = `  ${service.padEnd(13)} http://127.0.0.1:${port}\n`;
  edit(tree, 'README.md', (text) => text.replace(/^(?= {2}Cosmos DB +http)/m, line));
}

/** Adds the last entry of an object. */
function addTo(tree: Tree, file: string, name: string, entry: string): void {
  edit(tree, file, (text) =>
    replaceOne(
      text,
      file,
      `the object "export const ${name}… = { … };"`,
      new RegExp(`^export const ${name}\\b[^;]*? = \\{\\n[^;]*?(?=\\n\\};)`, 'm'),
      (found) => `${found}\n${entry.trimEnd()}`,
    ),
  );
}
