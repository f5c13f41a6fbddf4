import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateFiles, type Tree } from '@nx/devkit';
import { edit, insertBefore, replaceOne, withItem, withNames } from '../edit.ts';
import type { AggregateNames } from '../names.ts';
import type { Registered } from '../registry.ts';
import { addToContracts } from './add-to-contracts.ts';

const files = join(import.meta.dirname, 'files');

/** Adds an aggregate to a service that this generator made. @throws GenerationRefused where a file is not as it was made */
export function addAggregate(
  tree: Tree,
  service: string,
  { port, publishes }: Registered,
  names: AggregateNames,
): void {
  const app = `apps/${service}`;
  const values = { ...names, service, port, onHub: publishes ? ` (hub \`${service}-events\`)` : '' };
  generateFiles(tree, join(files, 'app'), app, values);
  addToContracts(tree, service, names);

  const { aggregate, plural, thing, Thing } = names;
  edit(tree, `${app}/domain/src/index.ts`, (text) => {
    const from = (file: string, exported: readonly string[], before: string): string =>
      withNames(before, { keyword: 'export', names: exported, from: `./${aggregate}/${file}.ts` });
    const commands = ['Open', 'Note', 'Close'].map((verb) => `type ${verb}${Thing}`);
    return from(
      'decide',
      [...commands, `type ${Thing}Command`, `decide${Thing}`, `${thing}Decider`, `${thing}NotesMax`],
      from(
        'state',
        [`evolve${Thing}`, `initial${Thing}`, `type ${Thing}State`],
        from('events', [`type ${Thing}Event`, `${thing}Events`], text),
      ),
    );
  });
  edit(tree, `${app}/src/index.ts`, (text) =>
    withNames(text, {
      keyword: 'export',
      names: [`type ${Thing}Summary`, `${thing}SummaryProjection`],
      from: `./read-models/${aggregate}-summary/${aggregate}-summary.ts`,
    }),
  );
  addToRoutes(tree, app, names);
  addToMain(tree, app, service, names, values);
  const told = `- ${names.ManyWords} (\`/v1/${plural}\`): opened, noted, closed; a list by status.\n`;
  edit(tree, `${app}/README.md`, (text) =>
    insertBefore(text, /^## Run it$/m, `${textFrom('readme.md.template', values)}\n`),
  );
  edit(tree, `${app}/CHANGELOG.md`, (text) => insertBefore(text, /(?<=^## .*\n+)(?=.)/m, told));
}

function addToRoutes(tree: Tree, app: string, { aggregate, thing, Thing }: AggregateNames): void {
  const file = `${app}/src/http/routes.ts`;
  edit(tree, file, (text) => {
    const imported = withNames(text, {
      keyword: 'import',
      names: [`${thing}Routes`, `type ${Thing}Routes`],
      from: `./${aggregate}-routes.ts`,
    });
    const typed = replaceOne(
      imported,
      file,
      'the type "export type ServiceRoutes = …;"',
      /^(export type ServiceRoutes = [^;]+);$/m,
      (_, parts) => `${parts} & ${Thing}Routes;`,
    );
    return replaceOne(
      typed,
      file,
      'the statement "return router;" of a function',
      /^ {2}return router;$/m,
      (found) => `  router.use(${thing}Routes(parts));\n${found}`,
    );
  });
}

function addToMain(
  tree: Tree,
  app: string,
  service: string,
  { aggregate, thing, things, Thing }: AggregateNames,
  values: Values,
): void {
  const file = `${app}/src/main.ts`;
  const imports: readonly (readonly [from: string, ...names: string[]])[] = [
    ['@daybook/contracts', `${thing}Events`],
    ['@daybook/eventstore', 'createAggregateStore', 'eventCodec', 'snapshotIntervals'],
    ['@daybook/projections', 'servedStreams'],
    [`@daybook/${service}-domain`, `${thing}Decider`, `type ${Thing}Event`],
    [`./read-models/${aggregate}-summary/${aggregate}-summary.ts`, `${thing}SummaryModel`],
  ];
  edit(tree, file, (text) =>
    replaceOne(
      imports.reduce((before, [from, ...names]) => withNames(before, { keyword: 'import', names, from }), text),
      file,
      '"await service.run(serviceRoutes({ … }), …"',
      /^await service\.run\(\s*serviceRoutes\(\{([^}]*)\}\)/m,
      (_, parts = '') => {
        const list = withItem(withItem(parts, things), `${thing}Summaries`);
        return `${textFrom('main.ts.template', values)}\nawait service.run(serviceRoutes({ ${list} })`;
      },
    ),
  );
}

type Values = Readonly<Record<string, string | number>>;

/** A piece of a file, with its values. */
function textFrom(name: string, values: Values): string {
  const text = readFileSync(join(import.meta.dirname, 'texts', name), 'utf8');
  return text.replaceAll(/<%= (\w+) %>/g, (_, value: string) => {
    if (values[value] === undefined) throw new Error(`${name} needs ${value}`);
    return String(values[value]);
  });
}
