import { parse } from 'yaml';
import type { InfraProblem } from './problem.ts';
import type { Manifest } from './render.ts';

interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}
interface Peer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
}
interface PolicySpec {
  readonly egress?: readonly { readonly to?: readonly Peer[]; readonly ports?: readonly { readonly port: number }[] }[];
  readonly ingress?: readonly {
    readonly from?: readonly Peer[];
    readonly ports?: readonly { readonly port: number }[];
  }[];
}
interface DeploymentSpec {
  readonly template: {
    readonly metadata: { readonly labels: Readonly<Record<string, string>> };
    readonly spec: {
      readonly containers: readonly {
        readonly env?: readonly { readonly name: string; readonly value?: string }[];
        readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
        readonly envFrom?: readonly { readonly configMapRef?: { readonly name: string } }[];
      }[];
    };
  };
}
interface ServiceSpec {
  readonly ports: readonly { readonly port: number; readonly targetPort: string }[];
}
interface CollectorConfig {
  readonly receivers: Readonly<
    Record<string, { readonly protocols: { readonly http: { readonly endpoint: string } } }>
  >;
  readonly processors: object;
  readonly exporters: object;
  readonly extensions: object;
  readonly service: {
    readonly extensions: readonly string[];
    readonly pipelines: Readonly<
      Record<string, Readonly<Record<'receivers' | 'processors' | 'exporters', readonly string[]>>>
    >;
  };
}

/** Set in a pod by the webhook of workload identity. */
const injected = ['AZURE_CLIENT_ID', 'AZURE_TENANT_ID', 'AZURE_FEDERATED_TOKEN_FILE'];

/**
 * A service's telemetry comes through: the address that it is given is the collector's, both network policies let it pass, as rendered, and
 * the collector's configuration hangs together. Whether it is taken there only a cluster can show.
 */
export function collectorProblems(
  where: string,
  service: readonly Manifest[],
  collector: readonly Manifest[],
): readonly InfraProblem[] {
  const problems: InfraProblem[] = [];
  const say = (what: string): void => void problems.push({ where, what });
  const specOf = <T>(objects: readonly Manifest[], kind: string): T =>
    (objects.find((each) => each.kind === kind)?.['spec'] ?? {}) as T;

  const podOf = (objects: readonly Manifest[]) => specOf<DeploymentSpec>(objects, 'Deployment').template;
  const entry = collector.find(({ kind }) => kind === 'Service');
  const port = specOf<ServiceSpec>(collector, 'Service').ports[0];
  const [container] = podOf(collector).spec.containers;
  const target = container?.ports?.find(({ name }) => name === port?.targetPort)?.containerPort;
  const endpoint = podOf(service).spec.containers[0]?.env?.find(({ name }) => name === 'OTEL_EXPORTER_OTLP_ENDPOINT');
  const address = `http://${entry?.metadata.name}:${port?.port}`;
  if (endpoint?.value !== address) say(`OTEL_EXPORTER_OTLP_ENDPOINT is ${endpoint?.value}, the collector ${address}`);

  const lets = (peers: readonly Peer[] = [], labels: Readonly<Record<string, string>>): boolean =>
    peers.some(
      ({ podSelector, namespaceSelector }) =>
        podSelector !== undefined && namespaceSelector === undefined && matches(podSelector, labels),
    );
  const out = specOf<PolicySpec>(service, 'NetworkPolicy').egress ?? [];
  if (
    !out.some(
      ({ to, ports }) => lets(to, podOf(collector).metadata.labels) && ports?.some((each) => each.port === target),
    )
  )
    say(`the service's NetworkPolicy does not let it reach the collector's pods at ${target}`);
  const into = specOf<PolicySpec>(collector, 'NetworkPolicy').ingress ?? [];
  if (
    !into.some(
      ({ from, ports }) => lets(from, podOf(service).metadata.labels) && ports?.some((each) => each.port === target),
    )
  )
    say(`the collector's NetworkPolicy does not let the service's pods in at ${target}`);

  const maps = collector
    .filter(({ kind }) => kind === 'ConfigMap')
    .map((map) => ({ name: map.metadata.name, data: map['data'] as Readonly<Record<string, string>> }));
  const text = maps.find(({ data }) => data['collector.yaml'] !== undefined)?.data['collector.yaml'] ?? '';
  const given =
    container?.envFrom?.flatMap(({ configMapRef }) =>
      Object.keys(maps.find(({ name }) => name === configMapRef?.name)?.data ?? {}),
    ) ?? [];
  problems.push(...configProblems(where, text, [...injected, ...given], target));
  return problems;
}

/** What a collector would refuse to start with, or never hear. */
export function configProblems(
  where: string,
  text: string,
  variables: readonly string[],
  port: number | undefined,
): readonly InfraProblem[] {
  const config = parse(text) as CollectorConfig;
  const { service } = config;
  const missing = (kind: 'receivers' | 'processors' | 'exporters' | 'extensions', names: readonly string[]) =>
    names.filter((name) => !(name in config[kind])).map((name) => `${name} is not among the ${kind}`);
  const said = [
    ...missing('extensions', service.extensions),
    ...Object.values(service.pipelines).flatMap((pipeline) =>
      (['receivers', 'processors', 'exporters'] as const).flatMap((kind) => missing(kind, pipeline[kind])),
    ),
    ...[...text.matchAll(/authenticator: (\w+)/g)].flatMap(([, name = '']) => missing('extensions', [name])),
    ...[...text.matchAll(/\$\{env:(\w+)\}/g)]
      .filter(([, name = '']) => !variables.includes(name))
      .map(([, name]) => `${name} is not set for the collector`),
    ...Object.entries(config.receivers)
      .filter(([, { protocols }]) => !protocols.http.endpoint.endsWith(`:${port}`))
      .map(([name, { protocols }]) => `${name} listens at ${protocols.http.endpoint}, and not at ${port}`),
    ...['metrics', 'traces']
      .filter((signal) => service.pipelines[signal] === undefined)
      .map((signal) => `${signal} go nowhere`),
  ];
  return said.map((what) => ({ where, what: `collector.yaml: ${what}` }));
}

function matches(
  { matchLabels = {}, matchExpressions = [] }: LabelSelector,
  labels: Readonly<Record<string, string>>,
): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => operator === 'In' && values.includes(labels[key] ?? ''))
  );
}
