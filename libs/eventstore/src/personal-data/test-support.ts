import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Container, type Fault, memoryContainer, type Runtime } from '@daybook/ports';
import { faultyContainer } from '../test-support/fixtures.ts';
import { fileKeyWrapper } from './file-key-wrapper.ts';
import { createSubjectKeys, type SubjectKeysOptions } from './subject-keys.ts';

/** Subject keys in memory under a key file in a temporary folder, for specs. */
export function keyRing(runtime: Runtime) {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-keys-'));
  const container = memoryContainer({ name: 'keys', runtime, partitionKey: ({ id }) => id });
  const wrapper = fileKeyWrapper(join(folder, 'wrapping.key'));
  /** As a process of its own would open them. */
  const open = (options: Partial<SubjectKeysOptions> & { readonly faults?: () => Fault | undefined } = {}) => {
    const { faults, ...rest } = options;
    const own: Container = faults === undefined ? container : faultyContainer(container, faults);
    return createSubjectKeys({ container: own, wrapper, runtime, ...rest });
  };
  return { container, open, close: () => rmSync(folder, { recursive: true, force: true }) };
}

export const request = (commandKey = 'http:e1') => ({
  actor: 'operator:ann',
  reason: 'asked for by letter',
  commandKey,
  traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
});
