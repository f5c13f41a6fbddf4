import { isAtLeast, parseVersion } from '@daybook/contract-check';
import { readJson, type Tree } from '@nx/devkit';
import { edit, replaceOne, textOf } from '../edit.ts';
import { type AggregateNames, keyOf } from '../names.ts';

const versionsFile = 'libs/contracts/src/versions.ts';

/**
 * Declares the contract's next minor version, where none is declared since the last release, and says in its changelog what it brings.
 *
 * @returns the version that is declared now
 * @throws GenerationRefused where a file has another form
 */
export function raiseVersion(tree: Tree, service: string, { manyWords, plural }: AggregateNames): string {
  const folder = `libs/contracts/producers/${service}`;
  const line = new RegExp(`(?<=^ {2}${keyOf(service)}: ')(\\d+)\\.(\\d+)\\.\\d+(?=',$)`, 'm');
  const declared = line.exec(textOf(tree, versionsFile)) ?? undefined;
  const released = tree.exists(`${folder}/released.json`)
    ? readJson<{ version: string }>(tree, `${folder}/released.json`).version
    : undefined;
  const bring = `- Endpoints and events of ${manyWords} (\`/v1/${plural}\`).`;
  const changelog = `${folder}/CHANGELOG.md`;
  const newest = /^## (\S+)\n+/m;
  if (declared !== undefined && isMore(declared[0], released)) {
    edit(tree, changelog, (text) => text.replace(newest, (heading) => `${heading}${bring}\n`));
    return declared[0];
  }
  let next = '';
  edit(tree, versionsFile, (text) =>
    replaceOne(text, versionsFile, `the version "${keyOf(service)}: '1.0.0',"`, line, (_, major, minor) => {
      next = `${major}.${Number(minor) + 1}.0`;
      return next;
    }),
  );
  edit(tree, changelog, (text) => text.replace(newest, (heading) => `## ${next}\n\n${bring}\n\n${heading}`));
  return next;
}

/** Whether more than a patch is declared since the last release. Of what was never released anything may still be said. */
function isMore(declared: string, released: string | undefined): boolean {
  if (released === undefined) return true;
  const [major, minor] = parseVersion(released);
  return isAtLeast(declared, `${major}.${minor + 1}.0`);
}
