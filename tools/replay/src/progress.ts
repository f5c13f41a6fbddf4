import { stderr } from 'node:process';

/** A bar on a terminal, a line every tenth of the way elsewhere. Standard output stays free for the result. */
export function progressBar(label: string): (done: number, total: number) => void {
  const began = Date.now();
  let tenth = -1;
  return (done, total) => {
    const part = total === 0 ? 1 : done / total;
    if (stderr.isTTY) {
      const width = 30;
      const filled = Math.round(part * width);
      const left = done === 0 ? '' : ` ${Math.ceil(((Date.now() - began) / done) * ((total - done) / 1000))} s left`;
      stderr.write(`\r${label} [${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${done}/${total}${left}   `);
      if (done === total) stderr.write('\n');
    } else if (Math.floor(part * 10) > tenth) {
      tenth = Math.floor(part * 10);
      stderr.write(`${label} ${done}/${total}\n`);
    }
  };
}
