import { type MetricDefinition, metricDefinitions } from '@daybook/contracts';

/** A series as Prometheus knows it. */
export interface PrometheusSeries {
  /** The metric that it is of. */
  readonly metric: string;
  readonly labels: readonly string[];
}

/** What every series has: the resource of the service that exports it. */
const resourceLabels = ['service_namespace', 'service_name', 'service_instance_id', 'job', 'instance'];

/** Units that a name is given; those in braces are left out. */
const unitSuffixes: Readonly<Record<string, string>> = { s: 'seconds', By: 'bytes' };

/**
 * The series that the collector's Prometheus exporter makes of the metrics that the services export, by name: dots become
 * underscores, unit and `_total` are added where the name does not have them, and a histogram is three.
 */
export function prometheusSeries(
  definitions: Readonly<Record<string, MetricDefinition>> = metricDefinitions,
): ReadonlyMap<string, PrometheusSeries> {
  const series = new Map<string, PrometheusSeries>();
  for (const [metric, { kind, unit, attributes }] of Object.entries(definitions)) {
    const labels = [...resourceLabels, ...attributes.map(underscored)];
    const name = baseName(metric, unit);
    if (kind !== 'histogram') series.set(kind === 'counter' ? `${name}_total` : name, { metric, labels });
    else {
      series.set(`${name}_bucket`, { metric, labels: [...labels, 'le'] });
      series.set(`${name}_sum`, { metric, labels });
      series.set(`${name}_count`, { metric, labels });
    }
  }
  return series;
}

const underscored = (text: string): string => text.replace(/[^a-zA-Z0-9_]/g, '_');

function baseName(metric: string, unit: string): string {
  const name = underscored(metric);
  const suffix = unitSuffixes[unit];
  if (suffix === undefined && !/^\{\w+\}$/.test(unit)) throw new Error(`${metric}: nobody here knows the unit ${unit}`);
  return suffix === undefined || name.split('_').includes(suffix) ? name : `${name}_${suffix}`;
}
