// Writes what is generated from the contracts: node infra/src/generate.ts (or: npm run generate -w @daybook/infra)
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { topologyFile, topologyText } from './topology.ts';

const file = join(import.meta.dirname, '..', topologyFile);
writeFileSync(file, topologyText());
console.log(`wrote infra/${topologyFile}`);
