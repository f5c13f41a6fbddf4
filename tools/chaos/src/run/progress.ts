import { stderr } from 'node:process';

/** One line that is written over on a terminal; elsewhere a line every quarter of a minute. */
export function progressLine(): { readonly show: (line: string) => void; readonly end: () => void } {
  let calls = 0;
  let open = false;
  return {
    show(line) {
      calls += 1;
      if (stderr.isTTY) {
        stderr.write(`\r${line.slice(0, (stderr.columns || 100) - 1)}\u001b[K`);
        open = true;
      } else if (calls % 15 === 0) stderr.write(`${line}\n`);
    },
    end: () => void (open && stderr.write('\n')),
  };
}
