/** A Deployment's spec, as far as rules look at it. */
export interface DeploymentSpec {
  readonly replicas?: number;
  readonly template: { readonly metadata: { readonly labels: Labels }; readonly spec: PodSpec };
}
export type Labels = Readonly<Record<string, string>>;

interface PodSpec {
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken?: boolean;
  readonly terminationGracePeriodSeconds?: number;
  readonly securityContext?: { readonly runAsNonRoot?: boolean; readonly seccompProfile?: { readonly type: string } };
  readonly containers: readonly Container[];
  readonly topologySpreadConstraints?: readonly { readonly labelSelector: { readonly matchLabels: Labels } }[];
}
interface Container {
  readonly name: string;
  readonly image: string;
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly resources?: { readonly requests?: Labels; readonly limits?: Labels };
  readonly securityContext?: {
    readonly readOnlyRootFilesystem?: boolean;
    readonly allowPrivilegeEscalation?: boolean;
    readonly capabilities?: { readonly drop?: readonly string[] };
  };
  readonly startupProbe?: unknown;
  readonly livenessProbe?: unknown;
  readonly readinessProbe?: unknown;
}

/** How long a service may take to put things in order once it is told (`runUntilSignalled`). */
const stopSeconds = 20;
/** Of the memory: the rest is for what is not on the heap of old objects. */
const heapPartMax = 0.75;

/** What must hold of the pods of a service beside what holds of every pod, in words. */
export function serviceProblems(spec: DeploymentSpec): readonly string[] {
  const problems = [...podProblems(spec)];
  const { terminationGracePeriodSeconds = 30, containers } = spec.template.spec;
  if (spec.replicas !== undefined)
    problems.push('the Deployment sets replicas: every deployment would undo what KEDA decided');
  for (const container of containers) {
    const drainSeconds = Number(valueOf(container, 'SHUTDOWN_DRAIN_MS') ?? 0) / 1_000;
    if (drainSeconds === 0)
      problems.push(`container ${container.name}: SHUTDOWN_DRAIN_MS: it would stop while it is still sent requests`);
    if (terminationGracePeriodSeconds <= drainSeconds + stopSeconds)
      problems.push(
        `terminationGracePeriodSeconds: must be more than SHUTDOWN_DRAIN_MS and the ${stopSeconds} s that the service takes`,
      );
  }
  return problems;
}

/** What must hold of every pod beside the types of its fields, in words. */
export function podProblems({ template }: DeploymentSpec): readonly string[] {
  const { spec, metadata } = template;
  const problems: string[] = [];
  const unless = (holds: boolean, what: string): void => void (holds || problems.push(what));
  unless(spec.securityContext?.runAsNonRoot === true, 'the pod does not say runAsNonRoot');
  unless(
    spec.securityContext?.seccompProfile?.type === 'RuntimeDefault',
    'the pod has no seccompProfile RuntimeDefault',
  );
  unless(
    spec.automountServiceAccountToken === false,
    'the pod is given a token for the cluster, which it does not need',
  );
  unless(metadata.labels['azure.workload.identity/use'] === 'true', 'the pod does not use workload identity');
  unless((spec.topologySpreadConstraints?.length ?? 0) > 0, 'the pods are not spread');
  for (const container of spec.containers)
    for (const what of containerProblems(container)) problems.push(`container ${container.name}: ${what}`);
  return problems;
}

const valueOf = ({ env = [] }: Container, name: string): string | undefined =>
  env.find((variable) => variable.name === name)?.value;

function containerProblems(container: Container): readonly string[] {
  const { image, resources, securityContext } = container;
  const { requests, limits } = resources ?? {};
  const heap = /--max-old-space-size=(\d+)/.exec(valueOf(container, 'NODE_OPTIONS') ?? '')?.[1];
  const memoryMi = /^(\d+)Mi$/.exec(limits?.['memory'] ?? '')?.[1];
  const asked: readonly (readonly [boolean, string])[] = [
    // By digest, by version, or still to be set by the pipeline.
    [/(:unset|:\d+\.\d+\.\d+|@sha256:[0-9a-f]{64})$/.test(image), `${image} is not pinned`],
    [securityContext?.readOnlyRootFilesystem === true, 'its root file system can be written'],
    [securityContext?.allowPrivilegeEscalation === false, 'may escalate its privileges'],
    [securityContext?.capabilities?.drop?.includes('ALL') === true, 'keeps capabilities'],
    ...['cpu', 'memory', 'ephemeral-storage'].map(
      (each) => [requests?.[each] !== undefined, `requests no ${each}`] as const,
    ),
    ...['memory', 'ephemeral-storage'].map(
      (each) => [limits?.[each] !== undefined, `has no limit of ${each}`] as const,
    ),
    [
      heap === undefined || Number(heap) <= Number(memoryMi) * heapPartMax,
      `a heap of ${heap} Mi in ${memoryMi} Mi of memory: at most ${heapPartMax * 100} %, or it is killed before it collects`,
    ],
    ...(['startupProbe', 'livenessProbe', 'readinessProbe'] as const).map(
      (probe) => [container[probe] !== undefined, `has no ${probe}`] as const,
    ),
  ];
  return asked.filter(([holds]) => !holds).map(([, what]) => what);
}
