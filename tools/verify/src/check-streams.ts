import { verifyStream } from '@daybook/eventstore';
import { type AllHistories, historiesOf } from './histories.ts';
import type { Report } from './finding.ts';

/** Versions without a gap, an unbroken chain of hashes, contents that have their hashes, times that never go back, no command twice. */
export function checkStreams(histories: AllHistories, report: Report): void {
  for (const streams of historiesOf(histories)) {
    for (const [streamId, events] of streams) {
      const verdict = verifyStream(events);
      report.check('streams', streamId, !verdict.ok && `version ${verdict.version}: ${verdict.message}`);
      const seen = new Set<string>();
      const twice = events.find(({ dedup }) => seen.size === seen.add(dedup).size);
      report.check('no command is in a stream twice', streamId, twice && `${twice.dedup} at version ${twice.version}`);
    }
  }
}
