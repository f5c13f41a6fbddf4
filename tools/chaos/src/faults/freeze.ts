import { spawn } from 'node:child_process';

/**
 * Stops a process with SIGSTOP. The function that is returned lets it go on; so does a small helper, should this process be gone by
 * then: whoever is stopped cannot notice the end of its parent.
 */
export function freeze(pid: number, forMs: number): () => void {
  process.kill(pid, 'SIGSTOP');
  const seconds = String(Math.ceil(forMs / 1_000) + 1);
  const helper = spawn('/bin/sh', ['-c', 'sleep "$1"; kill -CONT "$2" 2>/dev/null', 'sh', seconds, String(pid)], {
    stdio: 'ignore',
    detached: true,
  });
  helper.unref();
  return () => {
    try {
      process.kill(pid, 'SIGCONT');
    } catch {
      // It was killed meanwhile.
    }
    if (helper.pid === undefined || helper.exitCode !== null) return;
    try {
      process.kill(-helper.pid, 'SIGKILL');
    } catch {
      // It has just ended by itself.
    }
  };
}
