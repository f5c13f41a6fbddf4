import { crashPoints } from './crash-points.ts';
import { run } from './run.ts';
import { calm } from './world/options.ts';
import { pathNames, paths } from './workload/paths.ts';

// All of them, every effect: npx nx sim fulfilment -- --crash-points
describe('a participant that dies right before or right after one of its effects', () => {
  it.each(pathNames)(
    'leaves every invariant whole: %s',
    async (path) => {
      const [result] = await crashPoints({ every: 9, paths: [path] });
      expect(result?.failed).toEqual([]);
      expect(result?.runs).toBeGreaterThan(10);
    },
    120_000,
  );

  it('does die there, and comes back', async () => {
    const notes: string[] = [];
    const onNote = (_atMs: number, who: string, what: string): number => notes.push(`${who} ${what}`);
    await run({ seed: 1, profile: calm, plan: paths.fulfilled, crashPoint: { effect: 40, when: 'after' }, onNote });
    const died = notes.findIndex((note) => note.endsWith(' dies'));
    expect(notes.slice(0, died).some((note) => note.startsWith('crash point after '))).toBe(true);
    const slot = notes[died]?.split('/')[0] ?? '';
    expect(notes.slice(died).some((note) => note.startsWith(slot) && note.endsWith(' starts'))).toBe(true);
  });
});
