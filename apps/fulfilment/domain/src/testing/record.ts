// npm run record -w @daybook/fulfilment-domain: records the histories that there are no files of yet. What is recorded is never rewritten:
// it is what sagas of that version that are alive have behind them.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fulfilmentDefinitions } from '../definitions.ts';
import { recordHistories } from './histories.ts';

const folder = join(import.meta.dirname, '../../histories');
mkdirSync(folder, { recursive: true });
for (const definition of fulfilmentDefinitions()) {
  for (const { name, history } of recordHistories(definition)) {
    const path = join(folder, name);
    if (!existsSync(path)) writeFileSync(path, `${JSON.stringify(history)}\n`);
  }
}
