import { stderr } from 'node:process';

const width = 30;

/** A bar on a terminal, a line every tenth of the way elsewhere. Standard output stays free for the result. */
export function progress(label: string): (done: number, total: number, failed: number) => void {
  let tenth = -1;
  return (done, total, failed) => {
    const part = total === 0 ? 1 : done / total;
    const told = `${label} ${done}/${total}${failed === 0 ? '' : `, ${failed} failed`}`;
    if (stderr.isTTY) {
      const filled = Math.round(part * width);
      stderr.write(`\r[${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${told}   ${done === total ? '\n' : ''}`);
    } else if (Math.floor(part * 10) > tenth) {
      tenth = Math.floor(part * 10);
      stderr.write(`${told}\n`);
    }
  };
}
