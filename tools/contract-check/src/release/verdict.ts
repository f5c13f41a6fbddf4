import type { ServiceName } from '@daybook/contracts/documents';
import type { Change } from '../changes/change.ts';
import type { Finding } from '../finding.ts';
import { changelogPath, type Released, releasedPath } from './released.ts';
import { isAtLeast, neededVersion, parseVersion } from './version.ts';

/** What has become of one producer's contract since its last release, and whether its declared version says so. */
export interface Verdict {
  readonly producer: ServiceName;
  /** Undefined: it was never released. */
  readonly released: string | undefined;
  readonly declared: string;
  readonly changes: readonly Change[];
  readonly findings: readonly Finding[];
}

const versionsPath = 'libs/contracts/src/versions.ts';

/** @param changelog text of the producer's changelog; empty where there is none. */
export function judge({
  contract: { producer, version: declared },
  released,
  changes,
  changelog,
}: {
  readonly contract: Released;
  readonly released: Released | undefined;
  readonly changes: readonly Change[];
  readonly changelog: string;
}): Verdict {
  parseVersion(declared);
  const told = changelog.split('\n').some((line) => line.startsWith(`## ${declared}`));
  const where = changelogPath(producer);
  const silent: readonly Finding[] = told ? [] : [{ where, what: `has no section ## ${declared}: say what it brings` }];
  const findings = [...whatIsWrong(producer, declared, released, changes), ...silent];
  return { producer, released: released?.version, declared, changes, findings };
}

function whatIsWrong(
  producer: ServiceName,
  declared: string,
  released: Released | undefined,
  changes: readonly Change[],
): readonly Finding[] {
  if (released === undefined) {
    const what = `${producer} has never been released: npx nx run contracts:release -- ${producer}`;
    return [{ where: releasedPath(producer), what }];
  }
  const needed = neededVersion(released.version, changes);
  if (needed === undefined) {
    return [{ where: versionsPath, what: `no version of ${producer} allows what is marked as forbidden` }];
  }
  if (isAtLeast(declared, needed)) return [];
  const what = `${producer} is declared as ${declared}, but ${needed} is needed after ${released.version}: declare it`;
  return [{ where: versionsPath, what }];
}
