import { type Document, type Refusal, refuse } from '@daybook/ports';
import type { ParityReport } from './parity.ts';

/** Who changes something, when, and why. */
export interface By {
  /** `operator:<name>` or the like. */
  readonly actor: string;
  readonly reason: string;
  /** UTC, ISO 8601. */
  readonly at: string;
}

/** One set of documents of a read model: made by one version of the code, and by one run over the events. */
export interface BuildRecord {
  /** 1, 2, 3, …: never given twice. */
  readonly build: number;
  /** The version of the code that makes it. */
  readonly version: number;
  readonly started: By;
  /** Its documents are being deleted. */
  readonly retiring?: boolean;
  /** The last comparison with the build that served then. */
  readonly parity?: ParityReport;
}

/** What was done to a read model. */
export interface Change extends By {
  readonly action: 'begun' | 'rebuild' | 'parity' | 'switch' | 'rollback' | 'retire' | 'retired';
  readonly build: number;
  readonly forced?: boolean;
}

/**
 * The alias of a read model: which of its builds answers queries. One document, replaced with its etag, so a switch is one write: before
 * it everybody asks the old build, after it the new one.
 */
export interface Registry extends Document {
  readonly name: string;
  readonly serving: number;
  readonly servingSince: string;
  /** What served before: where a rollback goes. */
  readonly previous?: number;
  readonly lastBuild: number;
  readonly builds: readonly BuildRecord[];
  /** The latest changes, newest first; the log has them all. */
  readonly history: readonly Change[];
}

const historyMax = 50;
/** The one that serves, and one beside it. */
const buildsMax = 2;

export const registryId = (name: string): string => `read-model:${name}`;
/** Marks a build's documents. */
export const buildName = (name: string, build: number): string => `${name}@${build}`;
export const buildFeed = (name: string, build: number): string => `read-models.${name}.${build}`;

export function firstRegistry(name: string, version: number, by: By): Registry {
  return {
    ...{ id: registryId(name), readModel: 'registry', hidden: true },
    ...{ name, serving: 1, servingSince: by.at, lastBuild: 1, builds: [{ build: 1, version, started: by }] },
    history: [{ ...by, action: 'begun', build: 1 }],
  };
}

export function buildOf(registry: Registry, build: number): BuildRecord | undefined {
  return registry.builds.find((each) => each.build === build);
}

/** The build beside the one that serves. */
export function besideOf(registry: Registry): BuildRecord | undefined {
  return registry.builds.find(({ build }) => build !== registry.serving);
}

export function withBuild(registry: Registry, version: number, by: By): Registry | Refusal {
  const beside = besideOf(registry);
  if (registry.builds.length >= buildsMax && beside !== undefined) {
    const what = beside.retiring === true ? 'is being deleted' : 'is kept beside the one that serves; retire it first';
    return refuse('build-exists', `Build ${beside.build} of ${registry.name} ${what}.`, { build: beside.build });
  }
  const build = registry.lastBuild + 1;
  const builds = [...registry.builds, { build, version, started: by }];
  return changed({ ...registry, lastBuild: build, builds }, { ...by, action: 'rebuild', build });
}

export function withParity(registry: Registry, build: number, parity: ParityReport, by: By): Registry | Refusal {
  if (buildOf(registry, build) === undefined) return noBuild(registry);
  const builds = registry.builds.map((each) => (each.build === build ? { ...each, parity } : each));
  return changed({ ...registry, builds }, { ...by, action: 'parity', build });
}

export function switched(
  registry: Registry,
  to: number,
  by: By,
  { forced = false, action = 'switch' }: { readonly forced?: boolean; readonly action?: 'switch' | 'rollback' } = {},
): Registry | Refusal {
  const target = buildOf(registry, to);
  if (target === undefined || target.retiring === true || to === registry.serving) return noBuild(registry);
  const serving = { serving: to, previous: registry.serving, servingSince: by.at };
  return changed({ ...registry, ...serving }, { ...by, action, build: to, ...(forced ? { forced } : {}) });
}

export function retiring(registry: Registry, by: By): Registry | Refusal {
  const beside = besideOf(registry);
  if (beside === undefined) return noBuild(registry);
  if (beside.retiring === true) return registry;
  const { previous, ...rest } = registry;
  const builds = registry.builds.map((each) => (each === beside ? { ...each, retiring: true } : each));
  const kept = previous === undefined || previous === beside.build ? rest : { ...rest, previous };
  return changed({ ...kept, builds } as Registry, { ...by, action: 'retire', build: beside.build });
}

export function withoutBuild(registry: Registry, build: number, by: By): Registry {
  if (buildOf(registry, build)?.retiring !== true) return registry;
  const builds = registry.builds.filter((each) => each.build !== build);
  return changed({ ...registry, builds }, { ...by, action: 'retired', build });
}

export function noBuild({ name, serving }: Registry): Refusal {
  return refuse('no-such-build', `${name} has no build beside ${serving}, which serves; begin one with rebuild.`, {
    serving,
  });
}

function changed(registry: Registry, change: Change): Registry {
  return { ...registry, history: [change, ...registry.history].slice(0, historyMax) };
}
