import { join } from 'node:path';
import { rulesOfOverlay } from './manifest-rules.ts';
import { typeProblems } from './manifest-types.ts';
import { checkManifests } from './manifests.ts';
import { type Manifest, render, whyNotRendered } from './render.ts';

const root = join(__dirname, '..', '..', '..');
const skipped = whyNotRendered();
// CI has to have looked.
const withKubectl = skipped === undefined || process.env['CI'] !== undefined ? describe : describe.skip;
if (skipped !== undefined) console.warn(`the manifests are not rendered: ${skipped}`);

withKubectl('Manifests', () => {
  let rendered: readonly Manifest[];
  beforeAll(async () => {
    rendered = await render(join(root, 'apps/order/deploy/overlays/production'));
  });
  /** The production overlay of the order service with one object changed. */
  const changed = (kind: string, change: (object: Record<string, unknown>) => void): readonly Manifest[] =>
    structuredClone(rendered).map((object) => {
      if (object.kind === kind) change(object as unknown as Record<string, unknown>);
      return object;
    });
  const spec = (object: Record<string, unknown>) => object['spec'] as Record<string, unknown>;
  const rules = (objects: readonly Manifest[]): readonly string[] =>
    rulesOfOverlay('overlay', 'order', objects).map(({ what }) => what);

  it('are well in this repository', async () => {
    expect((await checkManifests(root)).problems).toEqual([]);
  });

  it('are found wrong with a field that Kubernetes or KEDA does not know, and with a kind that is not known here', () => {
    const misspelt = changed('Deployment', (object) => (spec(object)['replica'] = 1));
    const scaler = changed('ScaledObject', (object) => (spec(object)['maxReplicas'] = 1));
    const odd = changed('Service', (object) => (object['kind'] = 'Servise'));
    const objects = [misspelt, scaler, odd].flat().map((manifest) => ({ where: 'overlay', manifest }));
    expect(typeProblems(objects).map(({ what }) => what)).toEqual([
      'no model is known for v1/Servise',
      expect.stringMatching(/replica\W* does not exist/),
      expect.stringMatching(/maxReplicas\W* does not exist/),
    ]);
  });

  const podOf = (object: Record<string, unknown>) =>
    (spec(object)['template'] as { spec: Record<string, unknown> }).spec;
  const containerOf = (object: Record<string, unknown>) =>
    (podOf(object)['containers'] as [Record<string, unknown>])[0];

  it.each<[string, string, (object: Record<string, unknown>) => void, string]>([
    ['replicas beside KEDA', 'Deployment', (object) => (spec(object)['replicas'] = 2), 'the Deployment sets replicas'],
    [
      'more instances than partitions',
      'ScaledObject',
      (object) => (spec(object)['maxReplicaCount'] = 9),
      'is more than the 4 partitions',
    ],
    [
      'one instance only',
      'ScaledObject',
      (object) => (spec(object)['minReplicaCount'] = 1),
      'a drained node would leave nobody',
    ],
    [
      'a scaler of something else',
      'ScaledObject',
      (object) => (spec(object)['scaleTargetRef'] = { name: 'x' }),
      'scales x',
    ],
    [
      'a scaler that asks as nobody',
      'TriggerAuthentication',
      (object) => (object['metadata'] = { name: 'x', namespace: 'daybook' }),
      'authenticates as nobody',
    ],
    [
      'a Service of other pods',
      'Service',
      (object) => (spec(object)['selector'] = { app: 'x' }),
      'Service does not select the pods',
    ],
    ['a secret', 'ConfigMap', (object) => (object['kind'] = 'Secret'), 'identities need none'],
    [
      'another account',
      'Deployment',
      (object) => (podOf(object)['serviceAccountName'] = 'x'),
      'another ServiceAccount',
    ],
    [
      'a grace that is too short',
      'Deployment',
      (object) => (podOf(object)['terminationGracePeriodSeconds'] = 25),
      'terminationGracePeriodSeconds',
    ],
    ['no time to leave', 'Deployment', (object) => (containerOf(object)['env'] = []), 'SHUTDOWN_DRAIN_MS'],
    ['an image that moves', 'Deployment', (object) => (containerOf(object)['image'] = 'order:latest'), 'is not pinned'],
    [
      'a heap that is too large',
      'Deployment',
      (object) => (containerOf(object)['env'] = [{ name: 'NODE_OPTIONS', value: '--max-old-space-size=500' }]),
      'a heap of 500 Mi in 512 Mi',
    ],
    ['no probe', 'Deployment', (object) => delete containerOf(object)['livenessProbe'], 'has no livenessProbe'],
    ['capabilities', 'Deployment', (object) => (containerOf(object)['securityContext'] = {}), 'keeps capabilities'],
  ])('are found wrong with %s', (_case, kind, change, what) => {
    expect(rules(rendered)).toEqual([]);
    expect(rules(changed(kind, change))).toContainEqual(expect.stringContaining(what));
  });
});
