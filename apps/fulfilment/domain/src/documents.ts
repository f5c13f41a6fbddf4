import { manifestOf, type SagaDefinition, toMermaid } from '@daybook/saga';

/** A file that is made from the definitions: its path below this project, and its text. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/** The command that writes them. */
export const generateCommand = 'npm run generate -w @daybook/fulfilment';

/** What is generated from the definitions: of each version a manifest and a diagram. */
export function generatedFiles(definitions: readonly SagaDefinition[]): readonly GeneratedFile[] {
  return definitions.flatMap((definition) => {
    const name = `generated/${definition.type}.v${definition.version}`;
    return [
      { path: `${name}.json`, text: `${JSON.stringify(manifestOf(definition), null, 2)}\n` },
      { path: `${name}.mmd`, text: toMermaid(definition) },
    ];
  });
}

/** The text with the diagrams of its sections `## <type>` brought up to date, each by the newest version of its type. */
export function withDiagrams(readme: string, definitions: readonly SagaDefinition[]): string {
  const oldestFirst = [...definitions].sort((one, other) => one.version - other.version);
  return oldestFirst.reduce((text, definition) => {
    const begin = text.indexOf(`\n## ${definition.type}\n`);
    const from = text.indexOf(fence, begin);
    const to = text.indexOf('```', from + fence.length);
    if (begin < 0 || from < 0 || to < 0) throw new Error(`README.md: section ${definition.type} has no diagram`);
    return `${text.slice(0, from + fence.length)}${toMermaid(definition)}${text.slice(to)}`;
  }, readme);
}

const fence = '```mermaid\n';
