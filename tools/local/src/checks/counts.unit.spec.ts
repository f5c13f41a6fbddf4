import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countTests, summary } from './counts.ts';

describe('counting tests', () => {
  it('adds up all projects, also one inside another', () => {
    const folder = mkdtempSync(join(tmpdir(), 'daybook-counts-'));
    mkdirSync(join(folder, 'apps', 'order'), { recursive: true });
    writeFileSync(join(folder, 'apps', 'order.json'), '{"passed":3,"failed":1,"skipped":0}');
    writeFileSync(join(folder, 'apps', 'order', 'domain.json'), '{"passed":4,"failed":0,"skipped":2}');
    expect(countTests(folder)).toEqual({ passed: 7, failed: 1, skipped: 2 });
    rmSync(folder, { recursive: true });
  });

  it('counts nothing where nothing ran', () => {
    expect(countTests('/nowhere')).toEqual({ passed: 0, failed: 0, skipped: 0 });
  });

  it('never says "0 failed" when a step has failed', () => {
    expect(summary({ passed: 5, failed: 0, skipped: 0 }, 0)).toBe('5 passed, 0 failed');
    expect(summary({ passed: 5, failed: 0, skipped: 0 }, 1)).toBe('5 passed, 1 failed');
    expect(summary({ passed: 5, failed: 3, skipped: 0 }, 1)).toBe('5 passed, 3 failed');
  });
});
