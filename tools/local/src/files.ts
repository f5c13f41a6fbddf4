import { renameSync, writeFileSync } from 'node:fs';

/** Writes a file for its owner alone, whole or not at all: whoever reads it, also after a crash, never sees half of it. */
export function replaceFile(file: string, content: string): void {
  const next = `${file}.next`;
  writeFileSync(next, content, { mode: 0o600 });
  renameSync(next, file);
}
