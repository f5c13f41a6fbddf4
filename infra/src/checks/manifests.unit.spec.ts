import { join } from 'node:path';
import { rulesOfOverlay } from './manifest-rules.ts';
import { typeProblems } from './manifest-types.ts';
import { checkManifests } from './manifests.ts';
import { type Manifest, render, whyNotRendered } from './render.ts';

const root = join(__dirname, '..', '..', '..');
const skipped = whyNotRendered();
const withKubectl = skipped === undefined ? describe : describe.skip;
if (skipped !== undefined) console.warn(`the manifests are not rendered: ${skipped}`);

withKubectl('Manifests', () => {
  let rendered: readonly Manifest[];
  beforeAll(() => {
    rendered = render(join(root, 'apps/order/deploy/overlays/production'));
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

  it('are well in this repository', () => {
    expect(checkManifests(root).problems).toEqual([]);
  });

  it('are found wrong with a field that Kubernetes or KEDA does not know, and with a kind that is not known here', () => {
    const misspelt = changed('Deployment', (object) => (spec(object)['replica'] = 1));
    const scaler = changed('ScaledObject', (object) => (spec(object)['maxReplicas'] = 1));
    const odd = changed('Service', (object) => (object['kind'] = 'Servise'));
    const said = [misspelt, scaler, odd].map((objects) =>
      typeProblems(objects.map((manifest) => ({ where: 'overlay', manifest }))).map(({ what }) => what),
    );
    expect(said).toEqual([
      [expect.stringMatching(/replica\W* does not exist/)],
      [expect.stringMatching(/maxReplicas\W* does not exist/)],
      ['no model is known for v1/Servise'],
    ]);
  });

  it.each<[string, string, (object: Record<string, unknown>) => void, string]>([
    ['replicas beside KEDA', 'Deployment', (object) => (spec(object)['replicas'] = 2), 'the Deployment sets replicas'],
    [
      'more instances than partitions',
      'ScaledObject',
      (object) => (spec(object)['maxReplicaCount'] = 9),
      'is more than the 4 partitions',
    ],
    [
      'a scaler of something else',
      'ScaledObject',
      (object) => (spec(object)['scaleTargetRef'] = { name: 'x' }),
      'scales x',
    ],
    [
      'no budget for disruptions',
      'PodDisruptionBudget',
      (object) => (object['kind'] = 'ConfigMap'),
      '0 objects of kind PodDisruptionBudget',
    ],
    ['a secret', 'ConfigMap', (object) => (object['kind'] = 'Secret'), 'identities need none'],
  ])('are found wrong with %s', (_case, kind, change, what) => {
    expect(rules(rendered)).toEqual([]);
    expect(rules(changed(kind, change))).toEqual([expect.stringContaining(what)]);
  });
});
