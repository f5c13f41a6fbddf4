import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Language, type Node, Parser } from 'web-tree-sitter';
import { type Topology, topology, topologyFile } from '../topology.ts';
import { symbolProblems } from './bicep-symbols.ts';
import type { CheckResult, InfraProblem } from './problem.ts';

/**
 * Bicep by its grammar (there is no compiler among the npm packages): syntax, names, the values of the parameter files, and what the rest of
 * Daybook rests on: one write region, no keys, and the definitions of the code.
 *
 * @param folder `infra/` itself
 */
export async function checkBicep(folder: string): Promise<CheckResult> {
  const files = readdirSync(join(folder, 'bicep'), { recursive: true, encoding: 'utf8' });
  const bicep = files.filter((name) => name.endsWith('.bicep'));
  const parse = await bicepParser();
  const problems: InfraProblem[] = [];
  const parsed = new Map(bicep.map((name) => [name, parse(readFileSync(join(folder, 'bicep', name), 'utf8'))]));
  for (const [name, root] of parsed) problems.push(...syntaxProblems(`infra/bicep/${name}`, root));
  if (problems.length === 0) problems.push(...symbolProblems(parsed));
  const main = readFileSync(join(folder, 'bicep', 'main.bicep'), 'utf8');
  const parameters = files.filter((name) => /^parameters\/.*\.json$/.test(name));
  for (const name of parameters) {
    const text = readFileSync(join(folder, 'bicep', name), 'utf8');
    problems.push(...parameterProblems(`infra/bicep/${name}`, text, main));
  }
  problems.push(...endingProblems(topology()));
  problems.push(...promiseProblems(readFileSync(join(folder, 'bicep', 'modules', 'cosmos.bicep'), 'utf8')));
  return { looked: `${bicep.length} Bicep files, ${parameters.length} parameter files`, problems };
}

/** What the store's guarantees rest on. */
const promises: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/enableMultipleWriteLocations: false\b/, 'one region writes: with several, two events could have one version'],
  [/disableLocalAuth: true\b/, 'keys are off: whoever has one may change events'],
  [/type: 'Continuous'/, 'backups are continuous'],
  [/resource: container\.resource\b/, 'containers are those of libs/contracts'],
];

export function promiseProblems(cosmos: string): readonly InfraProblem[] {
  const where = 'infra/bicep/modules/cosmos.bicep';
  const missing = promises.filter(([pattern]) => !pattern.test(cosmos));
  const problems = missing.map(([pattern, why]) => ({ where, what: `lacks ${pattern.source}: ${why}` }));
  return /defaultTtl/i.test(cosmos)
    ? [...problems, { where, what: 'sets a defaultTtl of its own: it comes with the definitions' }]
    : problems;
}

/** What may never end by itself. */
const forGood: readonly string[] = ['events', 'audit', 'subject-keys'];

/** With a TTL, even -1, an item could carry its own end. */
export const endingProblems = ({ containers }: Pick<Topology, 'containers'>): readonly InfraProblem[] =>
  containers
    .filter(({ purpose, resource }) => forGood.includes(purpose) && 'defaultTtl' in resource)
    .map(({ name }) => ({ where: `infra/${topologyFile}`, what: `${name}: has a TTL, and holds what stays for good` }));

/** Values for parameters that there are, and all of those without a default that are not given on the command line. */
export function parameterProblems(where: string, text: string, main: string): readonly InfraProblem[] {
  const { parameters } = JSON.parse(text) as { readonly parameters: Readonly<Record<string, { value: unknown }>> };
  const declared = [...main.matchAll(/^param (\w+) \w+( =)?/gm)].map(([, name = '', hasDefault]) => ({
    name,
    needed: hasDefault === undefined && !givenByHand.includes(name),
  }));
  const known = new Set(declared.map(({ name }) => name));
  return [
    ...Object.keys(parameters)
      .filter((name) => !known.has(name))
      .map((name) => ({ where, what: `${name}: main.bicep has no such parameter` })),
    ...declared
      .filter(({ name, needed }) => needed && parameters[name] === undefined)
      .map(({ name }) => ({ where, what: `${name}: main.bicep needs a value` })),
  ];
}

/** Named on the command line: they are about the people who deploy. */
const givenByHand: readonly string[] = ['alertEmail', 'clusterAdminGroupId'];

export async function bicepParser(): Promise<(text: string) => Node> {
  await Parser.init();
  const wasm = createRequire(import.meta.url).resolve('tree-sitter-bicep/tree-sitter-bicep.wasm');
  const parser = new Parser().setLanguage(await Language.load(readFileSync(wasm)));
  return (text) => {
    const tree = parser.parse(text);
    if (tree === null) throw new Error('the Bicep parser gave up');
    return tree.rootNode;
  };
}

export function syntaxProblems(where: string, node: Node): readonly InfraProblem[] {
  if (node.isError || node.isMissing) {
    const near = node.text.slice(0, 60).replace(/\s+/g, ' ');
    return [{ where: `${where}:${node.startPosition.row + 1}`, what: `not Bicep near ${JSON.stringify(near)}` }];
  }
  return node.hasError ? node.children.flatMap((child) => (child === null ? [] : syntaxProblems(where, child))) : [];
}
