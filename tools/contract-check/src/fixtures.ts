import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeFixture, type Fixture, fixtureName, missingFixtures } from '@daybook/contracts/documents';
import { canonical } from './json.ts';
import type { Finding } from './finding.ts';
import type { Released } from './release/released.ts';

export const fixturesPath = 'libs/contracts/fixtures';

/** Every stored fixture, by name of its file. */
export function readFixtures(root: string): ReadonlyMap<string, Fixture> {
  const folder = join(root, fixturesPath);
  const names = existsSync(folder) ? readdirSync(folder).toSorted() : [];
  return new Map(names.map((name) => [name, JSON.parse(readFileSync(join(folder, name), 'utf8')) as Fixture]));
}

/** Fixtures that are not read any more, are not there, or are not what they were. */
export function fixtureFindings(
  fixtures: ReadonlyMap<string, Fixture>,
  released: readonly (Released | undefined)[],
): readonly Finding[] {
  const decoding = [...fixtures].flatMap(([name, fixture]): readonly Finding[] => {
    const where = `${fixturesPath}/${name}`;
    if (name !== fixtureName(fixture.type, fixture.schemaVersion)) {
      return [{ where, what: `is of ${fixture.type} version ${fixture.schemaVersion}: name it after what it holds` }];
    }
    try {
      decodeFixture(fixture);
      return [];
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      return [{ where, what: `does not decode: ${what}. Mend the upcaster or the schema: the event is stored` }];
    }
  });
  const before = new Map(released.flatMap((each) => Object.entries(each?.fixtures ?? {})));
  const changed = [...before].flatMap(([name, fixture]): readonly Finding[] => {
    if (canonical(fixtures.get(name)) === canonical(fixture)) return [];
    const what = fixtures.has(name) ? 'is not what it was' : 'is gone';
    return [{ where: `${fixturesPath}/${name}`, what: `${what}: put it back, stored events do not change either` }];
  });
  const missing = missingFixtures([...fixtures.keys(), ...before.keys()]).map((name): Finding => {
    return { where: `${fixturesPath}/${name}`, what: 'is missing: add an event of this version as it is stored' };
  });
  return [...decoding, ...missing, ...changed];
}
