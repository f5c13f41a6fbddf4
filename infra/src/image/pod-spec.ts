import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** What every service's pod is promised by `infra/cluster/service/deployment.yaml`. */
export interface PodSpec {
  readonly terminationGracePeriodSeconds: number;
  /** Variables that have the same value everywhere. */
  readonly environment: Readonly<Record<string, string>>;
  readonly startupSecondsMax: number;
}

interface Deployment {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly containers: readonly [
          {
            readonly env: readonly { readonly name: string; readonly value?: string }[];
            readonly startupProbe: { readonly periodSeconds: number; readonly failureThreshold: number };
          },
        ];
      };
    };
  };
}

/** @param root the repository */
export function podSpec(root: string): PodSpec {
  const text = readFileSync(join(root, 'infra', 'cluster', 'service', 'deployment.yaml'), 'utf8');
  const { terminationGracePeriodSeconds, containers } = (parse(text) as Deployment).spec.template.spec;
  const [{ env, startupProbe }] = containers;
  return {
    terminationGracePeriodSeconds,
    environment: Object.fromEntries(env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]))),
    startupSecondsMax: startupProbe.periodSeconds * startupProbe.failureThreshold,
  };
}
