import { sagaCharts } from './charts.ts';
import { levels, spokenLevel } from './levels.ts';
import { alerts } from './rules.ts';

/** The workbook of all services; Bicep puts the ids of its workspaces in. */
export const workbookFile = 'infra/bicep/generated/workbook.json';

/** What Bicep replaces: of the workspace of metrics, and of that of logs. */
export const metricsWorkspace = '__METRICS_WORKSPACE__';
export const logsWorkspace = '__LOGS_WORKSPACE__';

export function workbookText(): string {
  const workbook = {
    version: 'Notebook/1.0',
    items: [
      text(
        'title',
        '# Daybook\n\nService levels of all services, sagas, dead letters, and what the log says of errors.',
      ),
      timeRange,
      text('levels', levelTable()),
      ...levels.map(({ id, name, record }) => chart(`level-${id}`, name, record)),
      text('sagas', '## Sagas\n\nWhat to do: `infra/runbooks/a-stuck-saga.md`'),
      ...sagaCharts.map(({ title, queries: [query] }, index) => chart(`saga-${index + 1}`, title, query?.expr ?? '')),
      text('dead-letters', '## Dead letters and what waits\n\nWhat to do: `infra/runbooks/replay-dead-letters.md`'),
      chart(
        'dead-letters-by-consumer',
        'Dead letters by consumer',
        'max by (service_name, consumer) (messaging_dead_letters)',
      ),
      chart(
        'waiting-by-hub',
        'Messages waiting by hub',
        'sum by (service_name, hub) (max by (service_name, hub, partition) (messaging_consumer_lag))',
      ),
      text(
        'log',
        '## Errors in the log\n\nBy its trace each is found in Application Insights; by its correlation in `GET /v1/events?correlationId=` of each service.',
      ),
      errors,
    ],
    fallbackResourceIds: [metricsWorkspace],
    $schema: 'https://github.com/Microsoft/Application-Insights-Workbooks/blob/master/schema/workbook.json',
  };
  return `${JSON.stringify(workbook, undefined, 2)}\n`;
}

function levelTable(): string {
  const rows = levels.map((level) => {
    const { target, alert } = spokenLevel(level);
    return `| ${level.name} | ${target} | ${alert} for ${level.alert.lasting} | ${level.meaning} | ${level.alert.runbook} |`;
  });
  const others = alerts.slice(levels.length).map(({ alert }) => alert);
  return [
    '| level | target | alert | what it means | runbook |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
    `Alerts besides: ${others.join(', ')}.`,
  ].join('\n');
}

const text = (name: string, json: string): object => ({ type: 1, name, content: { json } });

const timeRange = {
  type: 9,
  name: 'parameters',
  content: {
    version: 'KqlParameterItem/1.0',
    parameters: [
      {
        id: '2f0c1d6e-7f58-4f5e-9d4e-6f1f0a1a5c01',
        version: 'KqlParameterItem/1.0',
        name: 'TimeRange',
        label: 'Time',
        type: 4,
        isRequired: true,
        value: { durationMs: 14_400_000 },
        typeSettings: {
          selectableValues: [3_600_000, 14_400_000, 86_400_000, 604_800_000].map((durationMs) => ({ durationMs })),
          allowCustom: true,
        },
      },
    ],
  },
};

/** A query in PromQL over the Azure Monitor workspace. */
const chart = (name: string, title: string, expr: string): object => ({
  type: 3,
  name,
  customWidth: '50',
  content: {
    version: 'KqlItem/1.0',
    title,
    query: JSON.stringify({
      version: 'PrometheusQueryProvider/1.0',
      customEndpoint: false,
      queryText: expr,
      type: 'query_range',
    }),
    size: 0,
    timeContextFromParameter: 'TimeRange',
    queryType: 16,
    resourceType: 'microsoft.monitor/accounts',
    crossComponentResources: [metricsWorkspace],
    visualization: 'timechart',
  },
});

/** Lines of the services' log at `error`: see the README of libs/service-kit. */
const errors = {
  type: 3,
  name: 'errors',
  content: {
    version: 'KqlItem/1.0',
    title: 'Newest 100',
    query: [
      'ContainerLogV2',
      "| where PodNamespace == 'daybook'",
      '| extend line = parse_json(tostring(LogMessage))',
      '| where toint(line.level) >= 50',
      '| project TimeGenerated, service = tostring(line.service), message = tostring(line.msg), error = tostring(line.err.message),',
      '  trace = tostring(line.traceId), correlation = tostring(line.correlationId)',
      '| order by TimeGenerated desc',
      '| take 100',
    ].join('\n'),
    size: 0,
    timeContextFromParameter: 'TimeRange',
    queryType: 0,
    resourceType: 'microsoft.operationalinsights/workspaces',
    crossComponentResources: [logsWorkspace],
    visualization: 'table',
  },
};
