export {
  type AllHistories,
  type Histories,
  type HistoryReader,
  historyReader,
  readAllHistories,
  readHistories,
} from './histories.ts';
export { type Verification, verifyHistories } from './verify.ts';
export type { Checked, Finding } from './finding.ts';
