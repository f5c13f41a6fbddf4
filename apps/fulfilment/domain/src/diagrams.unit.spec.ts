import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toMermaid } from '@daybook/saga';
import { fulfilmentDefinitions } from './definitions.ts';

describe('the diagrams of the README', () => {
  const readme = readFileSync(join(process.cwd(), 'README.md'), 'utf8');

  it.each(fulfilmentDefinitions().map((definition) => [definition.type, definition] as const))(
    'show %s as it is defined',
    (type, definition) => {
      const section = readme.split(`## ${type}\n`)[1]?.split('\n## ')[0];
      expect(section).toContain(`\`\`\`mermaid\n${toMermaid(definition)}\`\`\``);
    },
  );
});
