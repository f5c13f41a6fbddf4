import { join } from 'node:path';
import { alertProblems, checkRules } from './rules.ts';

const rules = (annotations: object) => ({ groups: [{ rules: [{ alert: 'A', annotations }, { record: 'r' }] }] });
const tested = {
  tests: [
    {
      alert_rule_test: [
        { alertname: 'A', exp_alerts: [{}] },
        { alertname: 'A', exp_alerts: [] },
      ],
    },
  ],
};
const well = { summary: 's', runbook: 'r.md' };

describe('Alert rules', () => {
  it('are well in this repository', () => {
    const { problems, skipped } = checkRules(join(__dirname, '..', '..', '..'));
    if (process.env['CI'] !== undefined) expect(skipped).toBeUndefined();
    if (skipped !== undefined) console.warn(`the rules are not run: ${skipped}`);
    expect(problems).toEqual([]);
  });

  it('are found wrong where one is not tested, says nothing, or whose runbook is not there or of something else', () => {
    const said = (...[file, tests, textOf]: Parameters<typeof alertProblems>) =>
      alertProblems(file, tests, textOf).map(({ what }) => what);
    expect(said(rules(well), tested, () => 'Alert `A`.')).toEqual([]);
    expect(said(rules(well), { tests: [] }, () => 'Alert `A`.')).toEqual([
      'A: no test sees it',
      'A: no test sees it stay away',
    ]);
    expect(said(rules({ runbook: 'r.md' }), tested, () => 'Alert `A`.')).toEqual(['A: has no summary']);
    expect(said(rules(well), tested, () => undefined)).toEqual(['A: its runbook r.md is not there']);
    expect(said(rules(well), tested, () => 'Alert `B`.')).toEqual(['does not say `A`']);
  });
});
