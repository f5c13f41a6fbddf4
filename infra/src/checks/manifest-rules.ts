import { hubs } from '@daybook/contracts';
import type { InfraProblem } from './problem.ts';
import type { Manifest } from './render.ts';

interface PodSpec {
  readonly securityContext?: { readonly runAsNonRoot?: boolean };
  readonly containers: readonly {
    readonly name: string;
    readonly image: string;
    readonly resources?: { readonly requests?: unknown; readonly limits?: unknown };
    readonly securityContext?: {
      readonly readOnlyRootFilesystem?: boolean;
      readonly allowPrivilegeEscalation?: boolean;
    };
    readonly startupProbe?: unknown;
    readonly livenessProbe?: unknown;
    readonly readinessProbe?: unknown;
  }[];
}
interface ScaledObjectSpec {
  readonly scaleTargetRef: { readonly name: string };
  readonly maxReplicaCount: number;
  readonly triggers: readonly { readonly type: string; readonly metadata: Readonly<Record<string, string>> }[];
}

/** What must hold of every pod, and that its image is one that cannot be moved: by digest, by version, or set by the pipeline. */
export function rulesOfPods(where: string, objects: readonly Manifest[]): readonly InfraProblem[] {
  const problems: InfraProblem[] = [];
  const say = (what: string): void => void problems.push({ where, what });
  for (const deployment of objects.filter(({ kind }) => kind === 'Deployment')) {
    const { spec } = (deployment['spec'] as { template: { spec: PodSpec } }).template;
    if (spec.securityContext?.runAsNonRoot !== true) say('the pod does not say runAsNonRoot');
    for (const container of spec.containers) {
      const { name, image, securityContext, resources } = container;
      if (!/(:unset|:\d+\.\d+\.\d+|@sha256:[0-9a-f]{64})$/.test(image))
        say(`container ${name}: ${image} is not pinned`);
      if (securityContext?.readOnlyRootFilesystem !== true)
        say(`container ${name}: its root file system can be written`);
      if (securityContext?.allowPrivilegeEscalation !== false) say(`container ${name}: may escalate its privileges`);
      if (resources?.requests === undefined || resources.limits === undefined)
        say(`container ${name}: has no requests or limits`);
      for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'] as const) {
        if (container[probe] === undefined) say(`container ${name}: has no ${probe}`);
      }
    }
  }
  return problems;
}

/** What must hold of one overlay of one service beside the types of its objects. */
export function rulesOfOverlay(where: string, app: string, objects: readonly Manifest[]): readonly InfraProblem[] {
  const problems: InfraProblem[] = [];
  const say = (what: string): void => void problems.push({ where, what });
  const only = (kind: string): Manifest | undefined => {
    const found = objects.filter((each) => each.kind === kind);
    if (found.length !== 1) say(`${found.length} objects of kind ${kind}; there must be one`);
    return found[0];
  };
  for (const { kind, metadata } of objects) {
    if (metadata.namespace !== 'daybook') say(`${kind} ${metadata.name} is not in the namespace daybook`);
    if (kind === 'HorizontalPodAutoscaler') say('a HorizontalPodAutoscaler beside KEDA: the two would fight');
    if (kind === 'Secret')
      say(`Secret ${metadata.name}: identities need none, and this one would be in the repository`);
  }
  for (const kind of ['Service', 'ServiceAccount', 'PodDisruptionBudget', 'NetworkPolicy', 'TriggerAuthentication'])
    only(kind);

  const deployment = only('Deployment');
  const spec = deployment?.['spec'] as { replicas?: number; template: { spec: PodSpec } } | undefined;
  if (spec?.replicas !== undefined) say('the Deployment sets replicas: every deployment would undo what KEDA decided');
  problems.push(...rulesOfPods(where, objects));

  const scaled = only('ScaledObject')?.['spec'] as ScaledObjectSpec | undefined;
  if (scaled === undefined) return problems;
  if (scaled.scaleTargetRef.name !== deployment?.metadata.name) {
    say(`the ScaledObject scales ${scaled.scaleTargetRef.name}, the Deployment is ${deployment?.metadata.name}`);
  }
  for (const { type, metadata } of scaled.triggers) {
    if (Object.values(metadata).includes('set-by-the-overlay'))
      say(`trigger ${type}: the overlay does not set its values`);
    if (type !== 'azure-eventhub') continue;
    const hub = hubs.find(({ name }) => name === metadata['eventHubName']);
    const groups: readonly string[] = hub?.consumerGroups ?? [];
    if (hub === undefined || !groups.includes(metadata['consumerGroup'] ?? '') || metadata['consumerGroup'] !== app) {
      say(
        `trigger ${type}: ${metadata['eventHubName']} has no consumer group ${metadata['consumerGroup']} of this service`,
      );
    } else if (scaled.maxReplicaCount > hub.partitions) {
      say(`maxReplicaCount ${scaled.maxReplicaCount} is more than the ${hub.partitions} partitions of ${hub.name}`);
    }
  }
  return problems;
}
