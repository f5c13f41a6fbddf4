import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedFiles, producers } from '@daybook/contracts/documents';
import { asyncApiChanges } from './changes/asyncapi-changes.ts';
import { openApiChanges } from './changes/openapi-changes.ts';
import { readExpectations } from './expectations/expectation.ts';
import { unmetExpectations } from './expectations/unmet.ts';
import type { Finding } from './finding.ts';
import { fixtureFindings, readFixtures } from './fixtures.ts';
import { generatedFindings } from './generated.ts';
import { contractOf } from './release/contract.ts';
import { changelogPath, readReleased, type Released } from './release/released.ts';
import { judge, type Verdict } from './release/verdict.ts';

export interface CheckReport {
  readonly verdicts: readonly Verdict[];
  /** Of everything else that is looked at: how much was, and what is wrong with it. */
  readonly checks: readonly { readonly name: string; readonly looked: number; readonly findings: readonly Finding[] }[];
}

/** Looks at everything below the repository's root. @throws Error for what cannot be read or compared */
export function check(root: string): CheckReport {
  const fixtures = readFixtures(root);
  const contracts = new Map(producers.map((producer) => [producer, contractOf(producer, fixtures)]));
  const releases = new Map(producers.map((producer) => [producer, readReleased(root, producer)]));
  const expectations = readExpectations(root);
  const documents = generatedFiles();
  return {
    verdicts: [...contracts].map(([producer, contract]) => verdictOf(root, contract, releases.get(producer))),
    checks: [
      { name: 'documents', looked: documents.length, findings: generatedFindings(root, documents) },
      { name: 'fixtures', looked: fixtures.size, findings: fixtureFindings(fixtures, [...releases.values()]) },
      { name: 'expectations', looked: expectations.length, findings: unmetExpectations(expectations, contracts) },
    ],
  };
}

function verdictOf(root: string, contract: Released, released: Released | undefined): Verdict {
  const changes =
    released === undefined
      ? []
      : [
          ...openApiChanges(released.openapi, contract.openapi),
          ...asyncApiChanges(released.asyncapi, contract.asyncapi),
        ];
  const path = join(root, changelogPath(contract.producer));
  const changelog = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return judge({ contract, released, changes, changelog });
}
