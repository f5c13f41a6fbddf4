// node infra/pipelines/affected-services.mjs BASE: the services that changed since the commit BASE, as JSON: ["order"]. Told to GITHUB_OUTPUT, too.
import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** As `libs/contracts` has them. */
const { services } = JSON.parse(readFileSync(new URL('../bicep/generated/topology.json', import.meta.url), 'utf8'));

/** What makes an image or a manifest of every service, and belongs to none of the projects that services depend on. */
const ofAll = [
  /^infra\/cluster\/service\//,
  /^infra\/pipelines\/(push-image|deploy)\.sh$/,
  /^tools\/local\/(bundle|image-packages|packages)\.mjs$/,
  /^\.dockerignore$/,
];

/** @param projects as Nx names them, and files, from the root, that changed */
export function affectedServices(projects, files) {
  const all = files.some((file) => ofAll.some((pattern) => pattern.test(file)));
  return services.filter((service) => all || projects.includes(`@daybook/${service}`));
}

function main([base]) {
  if (base === undefined) {
    console.error('usage: node infra/pipelines/affected-services.mjs BASE');
    process.exit(2);
  }
  const run = (command, ...args) => execFileSync(command, args, { encoding: 'utf8' });
  const projects = JSON.parse(run('npx', 'nx', 'show', 'projects', '--affected', `--base=${base}`, '--json'));
  const files = run('git', 'diff', '--name-only', base, 'HEAD').split('\n');
  const text = JSON.stringify(affectedServices(projects, files));
  console.log(text);
  if (process.env.GITHUB_OUTPUT) appendFileSync(process.env.GITHUB_OUTPUT, `services=${text}\n`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) main(process.argv.slice(2));
