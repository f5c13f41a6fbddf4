import type { Tree } from '@nx/devkit';
import type { AggregateNames } from '../names.ts';
import { refuse } from '../refused.ts';
import { commonPaths } from '../registry.ts';
import { checkContractsAreFree } from './add-to-contracts.ts';

/** @throws GenerationRefused where the aggregate would get in the way of what is there */
export function checkAggregate(tree: Tree, service: string, names: AggregateNames): void {
  const { aggregate, plural } = names;
  const holder = tree.children('apps').find((app) => tree.exists(`apps/${app}/domain/src/${aggregate}`));
  if (holder !== undefined)
    refuse(`There is an aggregate ${aggregate} already: apps/${holder}/domain/src/${aggregate}.`);
  if (commonPaths.has(plural))
    refuse(`/v1/${plural} is there in every service: choose another name for the aggregate.`);
  // Read models find their streams by how the ids begin.
  const domain = `apps/${service}/domain/src`;
  const folders = tree.children(domain).filter((name) => !tree.isFile(`${domain}/${name}`));
  const near = folders.find((name) => aggregate.startsWith(`${name}-`) || name.startsWith(`${aggregate}-`));
  if (near !== undefined) {
    refuse(
      `The ids of streams of ${aggregate} and of ${near} would begin alike, and each would be taken for the other: choose a name that does not begin with the other one.`,
    );
  }
  checkContractsAreFree(tree, names);
}
