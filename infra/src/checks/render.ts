import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';

/** A Kubernetes object as rendered. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** The first version of kubectl whose Kustomize renders what is written here. */
const kubectlMin = [1, 27] as const;

/** Why nothing can be rendered here; `undefined` where it can. */
export function whyNotRendered(): string | undefined {
  try {
    const text = execFileSync('kubectl', ['version', '--client', '--output=json'], { encoding: 'utf8', stdio: 'pipe' });
    const { clientVersion } = JSON.parse(text) as { clientVersion: { major: string; minor: string } };
    const [major, minor] = [Number(clientVersion.major), Number.parseInt(clientVersion.minor, 10)];
    if (major > kubectlMin[0] || (major === kubectlMin[0] && minor >= kubectlMin[1])) return undefined;
    return `kubectl ${major}.${minor} is older than ${kubectlMin.join('.')}: install a newer one`;
  } catch {
    return `kubectl is not installed: install ${kubectlMin.join('.')} or later`;
  }
}

/** What `kubectl kustomize` makes of a folder. It asks no cluster. @throws Error with what kubectl says */
export async function render(folder: string): Promise<readonly Manifest[]> {
  const { stdout } = await promisify(execFile)('kubectl', ['kustomize', folder], { timeout: 30_000 });
  return parseManifests(stdout);
}

export const parseManifests = (text: string): readonly Manifest[] =>
  parseAllDocuments(text).map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    return document.toJS() as Manifest;
  });
