import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { collectorProblems, configProblems } from './collector.ts';
import { type Manifest, render, whyNotRendered } from './render.ts';

const root = join(__dirname, '..', '..', '..');
const skipped = whyNotRendered();
if (skipped !== undefined) console.warn(`the collector is not rendered: ${skipped}`);

(skipped === undefined ? describe : describe.skip)('What a service measures', () => {
  let service: readonly Manifest[];
  let collector: readonly Manifest[];
  beforeAll(async () => {
    service = await render(join(root, 'apps/order/deploy/overlays/production'));
    collector = await render(join(root, 'infra/cluster/telemetry/overlays/production'));
  });
  const said = (ofService: readonly Manifest[], ofCollector: readonly Manifest[]): readonly string[] =>
    collectorProblems('overlay', ofService, ofCollector).map(({ what }) => what);
  /** As rendered, with a text of one kind of object replaced. */
  const changed = (objects: readonly Manifest[], kind: string, text: string, by: string): readonly Manifest[] =>
    objects.map((object) => {
      if (object.kind !== kind) return object;
      const before = JSON.stringify(object);
      const after = before.replaceAll(text, by);
      if (before === after && kind !== 'ConfigMap') throw new Error(`${kind} has no ${text}`);
      return JSON.parse(after) as Manifest;
    });

  it('comes to the collector', () => {
    expect(said(service, collector)).toEqual([]);
  });

  it('is found lost where the address is another', () => {
    expect(said(changed(service, 'Deployment', 'http://collector:4318', 'http://other:4318'), collector)).toEqual([
      'OTEL_EXPORTER_OTLP_ENDPOINT is http://other:4318, the collector http://collector:4318',
    ]);
  });

  it('is found lost where a policy stands in its way, as Kustomize would make of labels', () => {
    const expressions =
      '"matchExpressions":[{"key":"app.kubernetes.io/component","operator":"In","values":["collector"]}]';
    const labels = '"matchLabels":{"app.kubernetes.io/component":"collector","app.kubernetes.io/name":"order"}';
    expect(said(changed(service, 'NetworkPolicy', expressions, labels), collector)).toEqual([
      expect.stringContaining('does not let it reach the collector'),
    ]);
    expect(said(service, changed(collector, 'NetworkPolicy', '"port":4318', '"port":4317'))).toEqual([
      expect.stringContaining('pods in at 4318'),
    ]);
  });

  it('is found lost where a variable is missing', () => {
    expect(said(service, changed(collector, 'ConfigMap', '"REMOTE_WRITE_URL":', '"WRITE_URL":'))).toEqual([
      'collector.yaml: REMOTE_WRITE_URL is not set for the collector',
    ]);
  });

  it('is found lost where the configuration does not hang together', () => {
    const text = readFileSync(join(root, 'infra/cluster/telemetry/base/collector.yaml'), 'utf8');
    const variables = [...text.matchAll(/env:(\w+)/g)].map(([, name = '']) => name);
    const wrong = (from: string, to: string): readonly string[] =>
      configProblems('c', text.replace(from, to), variables, 4318).map(({ what }) =>
        what.replace('collector.yaml: ', ''),
      );
    expect(wrong('', '')).toEqual([]);
    expect(wrong('exporters: [azure_monitor]', 'exporters: [azuremonitor]')).toEqual([
      'azuremonitor is not among the exporters',
    ]);
    expect(wrong('authenticator: azure_auth', 'authenticator: azure')).toEqual(['azure is not among the extensions']);
    expect(wrong('0.0.0.0:4318', '0.0.0.0:4317')).toEqual(['otlp listens at 0.0.0.0:4317, and not at 4318']);
    expect(wrong('    traces:\n', '    logs:\n')).toEqual(['traces go nowhere']);
  });
});
