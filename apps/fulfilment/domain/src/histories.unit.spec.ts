import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replayHistory } from '@daybook/saga/testing';
import { fulfilmentDefinitions } from './definitions.ts';
import { type RecordedHistory, recordHistories } from './testing/histories.ts';

const folder = join(process.cwd(), 'histories');
const files = readdirSync(folder);
const definitions = fulfilmentDefinitions();
const remedy =
  'sagas that are alive have this behind them: bring back the version as it was, and make the change in a new one';

describe('histories of every version that may be alive', () => {
  it.each(files)('%s is decided today as it was then', (file) => {
    const { type, version, steps } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as RecordedHistory;
    const definition = definitions.find((each) => each.type === type && each.version === version);
    if (definition === undefined) throw new Error(`version ${version} of ${type} is not defined any more: ${remedy}`);
    const now = JSON.parse(JSON.stringify(replayHistory(definition, steps))) as unknown;
    expect({ remedy, events: now }).toEqual({ remedy, events: steps.map(({ events }) => events) });
  });

  it('would not be decided the same by another version', () => {
    const second = definitions.find(({ type, version }) => type === 'FulfilOrder' && version === 2);
    const file = readFileSync(join(folder, 'FulfilOrder.v1.unresolved.json'), 'utf8');
    const { steps } = JSON.parse(file) as RecordedHistory;
    expect(second && replayHistory(second, steps)).not.toEqual(steps.map(({ events }) => events));
  });

  it('are there for every path of every version', () => {
    const expected = definitions.flatMap((definition) => recordHistories(definition).map(({ name }) => name));
    const run = 'npm run record -w @daybook/fulfilment-domain';
    expect({ run, missing: expected.filter((name) => !files.includes(name)) }).toEqual({ run, missing: [] });
  });
});
