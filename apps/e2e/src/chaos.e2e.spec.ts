import { runScript } from './support/command.ts';

jest.setTimeout(660_000);

/** How many orders a minute flow, and how soon all is quiet, depends on the machine as well: a slower one is not at fault, or not at once. */
const pace = /orders a minute/;
const recovery = /after the last fault/;

/** `npm run chaos`, two minutes of it, always the same: kills, freezes, emulators' faults and broken ways, on a real shop's orders. */
describe('npm run chaos', () => {
  it('loses nothing, does nothing twice, and is quiet within a minute after the last fault', async () => {
    const first = await twoMinutes();
    // When a signal reaches a process is not chosen by the seed, so that no two runs are alike. Late twice is slow.
    const late = first.filter((failure) => recovery.test(failure));
    expect(late.length > 0 ? await twoMinutes() : first).toEqual([]);
  });
});

/** @returns in what it fell short; anything lost, done twice or not done is a failure at once */
async function twoMinutes(): Promise<readonly string[]> {
  const args = ['tools/chaos/src/main.ts', '--minutes', '2', '--seed', '20101201', '--json'];
  const ran = await runScript('tools/local/run.mjs', args, { timeoutMs: 320_000 });
  const report = JSON.parse(ran.out.trim().split('\n').at(-1) ?? '') as Readonly<Record<string, unknown>>;
  // With what it says for people, so that a failure says where its data and trace are.
  expect({ ...report, said: ran.out }).toMatchObject({ violations: 0 });
  expect(report['orders']).toBeGreaterThan(80);
  const failures = (report['failures'] as readonly string[]).filter((failure) => !pace.test(failure));
  expect(failures.filter((failure) => !recovery.test(failure))).toEqual([]);
  return failures;
}
