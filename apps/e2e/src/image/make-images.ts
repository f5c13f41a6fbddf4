import { execFile } from 'node:child_process';
import { cpSync, linkSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ImageSteps, imageSteps } from '@daybook/infra';
import { type ServiceName, serviceNames } from '@daybook/contracts';
import { findRoot } from '@daybook/local';

/** An image's content on disk, and what its Dockerfile says of running it. */
export interface Image {
  /** Where the image has its working directory. */
  readonly folder: string;
  readonly steps: ImageSteps;
}

/** Makes the images of all services below a folder, as their Dockerfiles say, from the packages that are installed here. */
export async function makeImages(into: string): Promise<Readonly<Record<ServiceName, Image>>> {
  const root = findRoot(process.cwd());
  const packed = new Map<string, string>();
  const images: [ServiceName, Image][] = [];
  for (const service of serviceNames) {
    const steps = imageSteps(readFileSync(join(root, 'apps', service, 'Dockerfile'), 'utf8'));
    const packages = join(into, `${service}-packed`);
    // /repo/… of the Dockerfile is here, /packed a folder of our own.
    const onDisk = (text: string): string =>
      text.replaceAll(`${steps.repository}/`, `${root}/`).replaceAll('/packed', packages);
    for (const command of steps.builds) {
      // Services that need the same packages share them: copying thousands of files takes longer than all the rest.
      const needed = command.includes('/packed') ? readFileSync(join(root, 'apps', service, 'dist/package.json')) : '';
      const same = packed.get(String(needed));
      if (same === undefined) await run(root, onDisk(command));
      else symlinkSync(same, packages);
      if (needed !== '') packed.set(String(needed), same ?? packages);
    }
    const image = join(into, service);
    for (const { from, to } of steps.copies) copy(onDisk(from), join(image, to));
    images.push([service, { folder: join(image, steps.workingDirectory), steps }]);
  }
  return Object.fromEntries(images) as Record<ServiceName, Image>;
}

const run = (cwd: string, command: string): Promise<unknown> => promisify(execFile)('sh', ['-c', command], { cwd });

/** Packages are many files: a link to where they were put has the same content. */
function copy(from: string, to: string): void {
  mkdirSync(join(to, '..'), { recursive: true });
  if (from.endsWith('/node_modules')) symlinkSync(from, to);
  else cpSync(from, to, { recursive: true });
}

/** Puts the program of Node.js where everybody may run it: the one here may lie in somebody's home. */
export function placeNode(into: string): string {
  const place = join(into, 'node');
  try {
    linkSync(process.execPath, place);
  } catch {
    cpSync(process.execPath, place);
  }
  return place;
}
