import { verifyStream } from '@daybook/eventstore';
import type { AllHistories } from './histories.ts';
import type { Report } from './finding.ts';

/** Versions without a gap, an unbroken chain of hashes, contents that have their hashes, times that never go back. */
export function checkStreams(histories: AllHistories, report: Report): void {
  for (const streams of Object.values(histories)) {
    for (const [streamId, events] of streams) {
      const verdict = verifyStream(events);
      report.check('streams', streamId, !verdict.ok && `version ${verdict.version}: ${verdict.message}`);
    }
  }
}
