import { join } from 'node:path';
import { generateFiles, type Tree } from '@nx/devkit';
import { edit, replaceOne, textOf, withItem, withNames } from '../edit.ts';
import { type AggregateNames, keyOf } from '../names.ts';
import { refuse } from '../refused.ts';

const contracts = 'libs/contracts';
const indexFile = `${contracts}/src/index.ts`;
const scopesFile = `${contracts}/src/http/scopes.ts`;

/** Names of the package that an aggregate brings, by the file that they are in. */
const exportsOf = ({
  aggregate,
  thing,
  Thing,
  Things,
}: AggregateNames): Readonly<Record<string, readonly string[]>> => ({
  [`./events/${aggregate}-events.ts`]: [
    `type ${Thing}Event`,
    `${thing}Events`,
    `type ${Thing}Status`,
    `${thing}Status`,
  ],
  './streams.ts': [`${thing}Stream`],
  [`./http/${aggregate}-endpoints.ts`]: [`${thing}Endpoints`],
  [`./http/${aggregate}-http.ts`]: [`${thing}Requests`, `list${Things}Query`],
});

/** @throws GenerationRefused where the contracts have something of these names */
export function checkContractsAreFree(tree: Tree, names: AggregateNames): void {
  const index = textOf(tree, indexFile);
  const { Thing, Things } = names;
  const bare = Object.values(exportsOf(names)).flatMap((exported) => exported.map((name) => name.replace('type ', '')));
  const areas = /scopeAreas = \[([^\]]*)\]/.exec(textOf(tree, scopesFile))?.[1] ?? '';
  const taken =
    bare.find((name) => new RegExp(`\\b${name}\\b`).test(index)) ??
    [`'${Things}'`].find((area) => areas.includes(area)) ??
    ['Opened', 'Noted', 'Closed'].map((event) => `${Thing}${event}`).find((event) => tree.exists(fixture(event)));
  if (taken !== undefined) refuse(`${taken} is in the contracts already: choose another name for the aggregate.`);
}

const fixture = (event: string): string => `${contracts}/fixtures/${event}.v1.json`;

/** Its events, fixtures, endpoints and scopes. @throws GenerationRefused where a file has another form */
export function addToContracts(tree: Tree, service: string, names: AggregateNames): void {
  const { aggregate, thing, Things } = names;
  const key = keyOf(service);
  generateFiles(tree, join(import.meta.dirname, 'files/contracts'), contracts, { ...names });
  edit(tree, indexFile, (text) =>
    Object.entries(exportsOf(names)).reduce(
      (before, [from, exported]) => withNames(before, { keyword: 'export', names: exported, from }),
      text,
    ),
  );
  edit(tree, scopesFile, (text) =>
    replaceOne(
      text,
      scopesFile,
      `the list "scopeAreas = [… 'Operations']"`,
      /scopeAreas = \[([^\]]*)'Operations',?\s*\]/,
      (_, areas) => `scopeAreas = [${areas}'${Things}', 'Operations']`,
    ),
  );
  const streams = `${contracts}/src/streams.ts`;
  edit(tree, streams, (text) =>
    replaceOne(
      text,
      streams,
      'the stream of sagas, "export const sagaStream = …;"',
      /^export const sagaStream = .*;\n/m,
      (found) =>
        `export const ${thing}Stream = (${thing}Id: string): string => \`${aggregate}-\${${thing}Id}\`;\n${found}`,
    ),
  );
  const endpoints = `${contracts}/src/http/endpoints.ts`;
  edit(tree, endpoints, (text) =>
    replaceOne(
      withNames(text, { keyword: 'import', names: [`${thing}Endpoints`], from: `./${aggregate}-endpoints.ts` }),
      endpoints,
      `"${key}: [… ...commonEndpoints],"`,
      new RegExp(`^( {2}${key}: \\[[^\\]]*)\\.\\.\\.commonEndpoints`, 'm'),
      (_, before) => `${before}...${thing}Endpoints, ...commonEndpoints`,
    ),
  );
  const catalogues = `${contracts}/src/wire/catalogues.ts`;
  edit(tree, catalogues, (text) =>
    replaceOne(
      withNames(text, { keyword: 'import', names: [`${thing}Events`], from: `../events/${aggregate}-events.ts` }),
      catalogues,
      `"${key}: { ...…Events }," in the list serviceEvents`,
      new RegExp(`(serviceEvents[^;]*^ {2}${key}: \\{)([^}]*)\\}`, 'm'),
      (_, before, events = '') => `${before} ${withItem(events, `...${thing}Events`)} }`,
    ),
  );
}
