import { join } from 'node:path';
import ts from 'typescript';
import type { InfraProblem } from './problem.ts';
import type { Manifest } from './render.ts';

/** The type of each kind that is used, and the package that has it: a kind that is not here is a problem. */
const models: Readonly<Record<string, string>> = {
  'v1/Namespace': 'kubernetes-models/v1',
  'v1/Service': 'kubernetes-models/v1',
  'v1/ServiceAccount': 'kubernetes-models/v1',
  'v1/ConfigMap': 'kubernetes-models/v1',
  'apps/v1/Deployment': 'kubernetes-models/apps/v1',
  'policy/v1/PodDisruptionBudget': 'kubernetes-models/policy/v1',
  'networking.k8s.io/v1/NetworkPolicy': 'kubernetes-models/networking.k8s.io/v1',
  'keda.sh/v1alpha1/ScaledObject': '@kubernetes-models/keda/keda.sh/v1alpha1',
  'keda.sh/v1alpha1/TriggerAuthentication': '@kubernetes-models/keda/keda.sh/v1alpha1',
};

/**
 * Checks objects against the published models of their kinds, as the compiler sees them: it alone also finds fields that do not exist,
 * which a cluster would drop in silence.
 *
 * @param objects with the overlay that each comes from
 */
export function typeProblems(
  objects: readonly { readonly where: string; readonly manifest: Manifest }[],
): InfraProblem[] {
  const unknown = objects.filter(({ manifest }) => models[kindOf(manifest)] === undefined);
  const known = objects.filter(({ manifest }) => models[kindOf(manifest)] !== undefined);
  const lines = known.map(({ manifest }, index) => {
    const from = models[kindOf(manifest)] ?? '';
    return `import type { I${manifest.kind} as T${index} } from '${from}'; void (${JSON.stringify(manifest)} satisfies T${index});`;
  });
  return [
    ...unknown.map(({ where, manifest }) => ({ where, what: `no model is known for ${kindOf(manifest)}` })),
    ...compile(lines).map(({ line, message }) => {
      const { where, manifest } = known[line] ?? { where: '?', manifest: undefined };
      return { where, what: `${manifest?.kind} ${manifest?.metadata.name}: ${message}` };
    }),
  ];
}

const kindOf = ({ apiVersion, kind }: Manifest): string => `${apiVersion}/${kind}`;

/** Compiles one module, a statement per line, that is nowhere on disk. */
function compile(lines: readonly string[]): readonly { readonly line: number; readonly message: string }[] {
  const file = join(import.meta.dirname, 'manifests.generated.ts');
  const options: ts.CompilerOptions = {
    ...{ noEmit: true, strict: true, skipLibCheck: true, types: [] },
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.getSourceFile = (name, target) =>
    name === file ? ts.createSourceFile(name, lines.join('\n'), target) : getSourceFile(name, target);
  const program = ts.createProgram([file], options, host);
  const source = program.getSourceFile(file);
  return ts.getPreEmitDiagnostics(program, source).map((diagnostic) => ({
    line: source?.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line ?? 0,
    message: ts.flattenDiagnosticMessageText(diagnostic.messageText, ' '),
  }));
}
