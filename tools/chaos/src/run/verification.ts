import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findRoot } from '@daybook/local';

interface Verified {
  readonly orders: { readonly byProgress: Readonly<Record<string, number>> };
  readonly findings: readonly { readonly rule: string; readonly where: string; readonly message: string }[];
  readonly ok: boolean;
}

const limitMs = 300_000;

/** Runs `npm run verify -- --settled` on a system's stores; what it found, in sentences. Its output goes to the file. */
export async function verifySettled(
  env: Readonly<Record<string, string>>,
  outputFile: string,
  orders: number,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const script = join(findRoot(process.cwd()), 'tools', 'verify', 'src', 'main.ts');
  const output = openSync(outputFile, 'w');
  const child = spawn(process.execPath, [script, '--settled', '--json'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', output, output],
    signal,
    timeout: limitMs,
    killSignal: 'SIGKILL',
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).finally(() => closeSync(output));
  const last = readFileSync(outputFile, 'utf8').trim().split('\n').at(-1) ?? '';
  if (!last.startsWith('{')) return [`verify could not check (exit code ${code}): ${outputFile}`];
  const { findings, orders: counted, ok } = JSON.parse(last) as Verified;
  const { over = 0, ...open } = counted.byProgress;
  return [
    ...findings.map(({ rule, where, message }) => `${where}: ${rule}: ${message}`),
    ...Object.entries(open)
      .filter(([, count]) => count > 0)
      .map(([progress, count]) => `${count} orders are ${progress}`),
    ...(over < orders ? [`${over} orders are over in the stores; ${orders} were seen to end`] : []),
    ...(!ok && findings.length === 0 ? [`verify says that not all is well: ${outputFile}`] : []),
  ];
}
