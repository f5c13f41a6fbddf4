import { hubs } from '@daybook/contracts';
import { type DeploymentSpec, type Labels, podProblems, serviceProblems } from './pod-rules.ts';
import type { InfraProblem } from './problem.ts';
import type { Manifest } from './render.ts';

interface ScaledObjectSpec {
  readonly scaleTargetRef: { readonly name: string };
  readonly minReplicaCount: number;
  readonly maxReplicaCount: number;
  readonly triggers: readonly Trigger[];
}
interface Trigger {
  readonly type: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly authenticationRef?: { readonly name: string };
}

/** What must hold of one overlay of the collector. */
export const rulesOfCollector = (where: string, objects: readonly Manifest[]): readonly InfraProblem[] =>
  objects
    .filter(({ kind }) => kind === 'Deployment')
    .flatMap((deployment) => podProblems(deployment['spec'] as DeploymentSpec))
    .map((what) => ({ where, what }));

/** What must hold of one overlay of one service beside the types of its objects. */
export function rulesOfOverlay(where: string, app: string, objects: readonly Manifest[]): readonly InfraProblem[] {
  const problems: string[] = [];
  const say = (what: string): void => void problems.push(what);
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
  const deployment = only('Deployment');
  const pod = deployment?.['spec'] as DeploymentSpec | undefined;
  if (pod !== undefined) problems.push(...serviceProblems(pod));
  for (const kind of ['Service', 'PodDisruptionBudget', 'NetworkPolicy']) {
    const selector = selectorOf(only(kind));
    const labels = pod?.template.metadata.labels ?? {};
    if (selector === undefined || !Object.entries(selector).every(([name, value]) => labels[name] === value))
      say(`${kind} does not select the pods of the Deployment`);
  }
  const account = only('ServiceAccount')?.metadata;
  if (account?.name !== pod?.template.spec.serviceAccountName) say('the pod runs as another ServiceAccount');
  if (account?.annotations?.['azure.workload.identity/client-id'] === undefined)
    say('the ServiceAccount has no client id');
  const authentication = only('TriggerAuthentication')?.metadata.name;

  const scaled = only('ScaledObject')?.['spec'] as ScaledObjectSpec | undefined;
  if (scaled !== undefined) {
    if (scaled.scaleTargetRef.name !== deployment?.metadata.name)
      say(`the ScaledObject scales ${scaled.scaleTargetRef.name}, the Deployment is ${deployment?.metadata.name}`);
    if (scaled.minReplicaCount < (where.endsWith('/dev') ? 1 : 2))
      say(`minReplicaCount ${scaled.minReplicaCount}: a drained node would leave nobody`);
    for (const trigger of scaled.triggers)
      problems.push(...triggerProblems(app, trigger, authentication, scaled.maxReplicaCount));
  }
  return problems.map((what) => ({ where, what }));
}

function selectorOf(object: Manifest | undefined): Labels | undefined {
  const spec = object?.['spec'] as
    Readonly<Record<'selector' | 'podSelector', Labels & { matchLabels?: Labels }>> | undefined;
  const selector = spec?.selector ?? spec?.podSelector;
  return selector?.matchLabels ?? selector;
}

function triggerProblems(
  app: string,
  { type, metadata, authenticationRef }: Trigger,
  authentication: string | undefined,
  maxReplicaCount: number,
): readonly string[] {
  const unset = Object.values(metadata).includes('set-by-the-overlay')
    ? [`trigger ${type}: the overlay does not set its values`]
    : [];
  if (type !== 'azure-eventhub') return unset;
  const asked =
    authenticationRef?.name === authentication ? [] : [`trigger ${type}: authenticates as nobody that is there`];
  const hub = hubs.find(({ name }) => name === metadata['eventHubName']);
  const groups: readonly string[] = hub?.consumerGroups ?? [];
  const group = metadata['consumerGroup'];
  if (hub === undefined || group !== app || !groups.includes(group)) {
    return [
      ...unset,
      ...asked,
      `trigger ${type}: ${metadata['eventHubName']} has no consumer group ${group} of this service`,
    ];
  }
  return [
    ...unset,
    ...asked,
    ...(maxReplicaCount > hub.partitions
      ? [`maxReplicaCount ${maxReplicaCount} is more than the ${hub.partitions} partitions of ${hub.name}`]
      : []),
  ];
}
