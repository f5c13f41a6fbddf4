import {
  type Dashboard,
  type FieldConfig,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  type Panel,
  type RowPanel,
  SortOrder,
  ThresholdsMode,
  TooltipDisplayMode,
  VariableHide,
} from '@grafana/schema';
import { type Chart, chartsOf } from './charts.ts';
import type { Level } from './levels.ts';
import { services } from './rules.ts';

/** A service's Grafana dashboard is beside its manifests, and goes where it goes. */
export const dashboardFile = (service: string): string => `apps/${service}/deploy/dashboard.json`;

/** Grafana's own names. */
const units: Readonly<Record<Chart['unit'], string>> = {
  seconds: 's',
  ratio: 'percentunit',
  count: 'short',
  'per second': 'cps',
  bytes: 'bytes',
};

const datasource = { type: 'prometheus', uid: '${datasource}' };
const across = 3;
const [width, height] = [24 / across, 8];

/** To be imported into any Grafana 11 or later that has a Prometheus data source. */
export function dashboardOf(service: string): Dashboard {
  const panels: (Panel | RowPanel)[] = [];
  let y = 0;
  for (const { title, charts } of chartsOf(service)) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title,
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y, w: 24, h: 1 },
    });
    y += 1;
    charts.forEach((chart, index) => {
      const x = (index % across) * width;
      const gridPos = { x, y: y + Math.floor(index / across) * height, w: width, h: height };
      panels.push({ id: panels.length + 1, gridPos, ...panelOf(chart) });
    });
    y += Math.ceil(charts.length / across) * height;
  }
  return {
    uid: `daybook-${service}`,
    title: `Daybook: ${service}`,
    description: 'Made of infra/src/monitoring: npm run generate -w @daybook/infra',
    tags: ['daybook'],
    schemaVersion: 39,
    editable: false,
    timezone: 'utc',
    refresh: '1m',
    time: { from: 'now-3h', to: 'now' },
    links: services
      .filter((other) => other !== service)
      .map((other) => ({
        ...{ title: other, type: 'link', url: `/d/daybook-${other}`, icon: '', tooltip: '', tags: [] },
        ...{ asDropdown: false, includeVars: true, keepTime: true, targetBlank: false },
      })),
    templating: {
      list: [
        {
          name: 'datasource',
          label: 'Prometheus',
          type: 'datasource',
          query: 'prometheus',
          hide: VariableHide.dontHide,
        },
      ],
    },
    panels,
  };
}

export const dashboardText = (service: string): string => `${JSON.stringify(dashboardOf(service), undefined, 2)}\n`;

function panelOf({ title, unit, queries, description, level }: Chart): Panel {
  const defaults: FieldConfig = {
    unit: units[unit],
    min: 0,
    ...(level === undefined ? {} : { thresholds: thresholdsOf(level) }),
    custom: level === undefined ? {} : { thresholdsStyle: { mode: GraphThresholdsStyleMode.Dashed } },
  };
  return {
    type: 'timeseries',
    title,
    ...(description === undefined ? {} : { description }),
    datasource,
    fieldConfig: { defaults, overrides: [] },
    options: {
      legend: { displayMode: LegendDisplayMode.List, placement: 'bottom', showLegend: true, calcs: [] },
      tooltip: { mode: TooltipDisplayMode.Multi, sort: SortOrder.Descending },
    },
    targets: queries.map(({ expr, legend }, index) => ({
      ...{ refId: String.fromCharCode(65 + index), datasource, expr, legendFormat: legend, range: true },
    })),
  };
}

/** Green where it should be, orange beyond the target, red where somebody has to look. */
function thresholdsOf({ better, target, alert }: Level): NonNullable<FieldConfig['thresholds']> {
  const steps =
    better === 'less'
      ? [
          { value: null as unknown as number, color: 'green' },
          { value: target, color: 'orange' },
          { value: alert.beyond, color: 'red' },
        ]
      : [
          { value: null as unknown as number, color: 'red' },
          { value: alert.beyond, color: 'orange' },
          { value: target, color: 'green' },
        ];
  return { mode: ThresholdsMode.Absolute, steps };
}
