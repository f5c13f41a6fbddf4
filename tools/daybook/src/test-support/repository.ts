import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findRoot } from '@daybook/local';
import type { Tree } from '@nx/devkit';
import { createTree } from '@nx/devkit/testing';

const root = findRoot(process.cwd());

/** What the generators read and change of this repository, in memory. */
export function repositoryTree(): Tree {
  const tree = createTree();
  const files = [
    ...['package.json', 'README.md', '.github/workflows/rollback.yaml', 'apps/payment/Dockerfile'],
    ...['apps/payment/deploy', 'libs/contracts/src', 'libs/contracts/fixtures'].flatMap(filesBelow),
    ...['apps', 'libs', 'tools'].flatMap((folder) =>
      readdirSync(join(root, folder)).map((name) => `${folder}/${name}/package.json`),
    ),
    ...['order', 'inventory', 'payment'].flatMap((name) => filesBelow(`apps/${name}/domain/src`)),
  ];
  for (const file of files) tree.write(file, readFileSync(join(root, file)));
  return tree;
}

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
