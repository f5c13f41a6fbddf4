import { join } from 'node:path';
import { checkWorkflows, workflowProblems } from './workflows.ts';

const workflow = (step: string): string =>
  `name: x\non: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - ${step}\n`;

describe('Workflows', () => {
  it('are well in this repository', async () => {
    const { looked, problems } = await checkWorkflows(join(__dirname, '..', '..', '..'));
    expect({ looked, problems }).toEqual({ looked: '5 workflows', problems: [] });
  });

  it('are found wrong where an action is not pinned to a commit', async () => {
    expect(await workflowProblems('x.yaml', workflow('uses: actions/checkout@v4'))).toEqual([
      { where: 'x.yaml:7', what: 'actions/checkout@v4: pin it to a commit, not to a name that can be moved' },
    ]);
  });

  it('are found wrong where they use what there is not', async () => {
    expect(await workflowProblems('x.yaml', workflow('run: echo ${{ github.nobody }}'))).not.toEqual([]);
    expect(await workflowProblems('x.yaml', workflow('runs: echo'))).not.toEqual([]);
  });
});
