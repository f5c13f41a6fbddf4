export {
  type AllHistories,
  type Histories,
  HistoryIncomplete,
  type HistoryReader,
  historyReader,
  readAllHistories,
  readHistories,
} from './histories.ts';
export { checkSnapshots, readSnapshots, type SnapshotsChecked, type SnapshotSeen } from './check-snapshots.ts';
export { type Verification, verifyHistories } from './verify.ts';
export type { Checked, Finding } from './finding.ts';
export {
  checkPublished,
  publishedRule,
  type PublishedChecked,
  type PublishedOptions,
  publishGaps,
  storedRule,
} from './reconcile.ts';
