export { type AllHistories, type Histories, readAllHistories, readHistories } from './histories.ts';
export { type Verification, verifyHistories } from './verify.ts';
export type { Checked, Finding } from './finding.ts';
