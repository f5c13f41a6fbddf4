import { join } from 'node:path';
import { serviceNames } from '@daybook/contracts';
import { workflowRules } from './workflow-rules.ts';
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

  describe('have rules of ours', () => {
    const root = join(__dirname, '..', '..', '..');
    const well = [
      `on:\n  workflow_dispatch:\n    inputs:\n      service:\n        options: [${serviceNames.join(', ')}]`,
      'permissions:\n  contents: read\njobs:\n  a:\n    timeout-minutes: 5\n    environment: staging',
      '    permissions:\n      id-token: write\n    steps:',
      '      - uses: actions/checkout@x\n        with:\n          persist-credentials: false',
      '      - uses: azure/login@x\n      - run: infra/pipelines/deploy.sh "$SERVICE" staging "$DIGEST"\n',
    ].join('\n');

    it('that hold', () => {
      expect(workflowRules(well, root)).toEqual([]);
    });

    it.each([
      ['permissions are not said', 'permissions:\n  contents: read\n', '', 'permissions: say which'],
      ['everything may write', 'contents: read', 'contents: write', 'only a job may write'],
      ['a job may take for ever', '    timeout-minutes: 5\n', '', 'has no timeout-minutes'],
      ['Azure cannot tell the environment', '    environment: staging\n', '', 'without an environment'],
      ['GitHub may not vouch', 'id-token: write', 'id-token: none', 'id-token: write is for jobs'],
      ['the token stays in the clone', 'persist-credentials: false', 'persist-credentials: true', 'must be false'],
      ['a service cannot be chosen', 'options: [order, ', 'options: [', 'the options of service must be [order, '],
      ['a secret is stored', '"$DIGEST"', '${{ secrets.KEY }}', 'a secret is used'],
      ['values are put into a command', '"$DIGEST"', '${{ inputs.digest }}', 'give it values by env'],
      ['a command cannot be run by hand', 'infra/pipelines/deploy.sh', 'curl x | sh #', 'nobody has said how'],
      ['a script is not there', 'pipelines/deploy.sh', 'pipelines/undo.sh.old', 'nobody has said how'],
      [
        'a script cannot be executed',
        'infra/pipelines/deploy.sh',
        'infra/pipelines/affected-services.mjs',
        'cannot be executed',
      ],
    ])('and are broken where %s', (_case, from, to, what) => {
      expect(well).toContain(from);
      expect(workflowRules(well.replace(from, to), root)).toContainEqual(expect.stringContaining(what));
    });
  });

  it('are found wrong where they use what there is not', async () => {
    expect(await workflowProblems('x.yaml', workflow('run: echo ${{ github.nobody }}'))).not.toEqual([]);
    expect(await workflowProblems('x.yaml', workflow('runs: echo'))).not.toEqual([]);
  });
});
